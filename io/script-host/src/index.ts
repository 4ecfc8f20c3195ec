export type { ApiSurface } from "./api-surface.ts";
export {
  type CompiledScript,
  type CompileOptions,
  compileScript,
  type PortableScript,
  printCompiled,
} from "./compile-script.ts";
export type { ErrorDescription } from "./error-describer.ts";
export { type LoadedScript, loadScript } from "./load-script.ts";
export type { LoadRemote } from "./remote-plugin.ts";
export type { Turns } from "./runtime/host.ts";
export { ScriptError, type ScriptErrorCode, type SourcePosition } from "./script-error.ts";
