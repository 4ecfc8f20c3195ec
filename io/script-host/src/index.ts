export {
  type CompiledScript,
  type CompileOptions,
  compileScript,
  type PortableScript,
} from "./compile-script.ts";
export type { ErrorDescription } from "./error-describer.ts";
export { type LoadedScript, loadScript } from "./load-script.ts";
export { ScriptError, type ScriptErrorCode, type SourcePosition } from "./script-error.ts";
