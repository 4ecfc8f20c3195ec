import type { LoadRequest } from "@breakwater/load";
import { environment } from "@breakwater/process";
import type { Output } from "./output.ts";
import type { GlobalFlags, ScriptFlags } from "./run-flags.ts";
import { toScriptRequest } from "./run-request.ts";
import { openScriptSource, type ScriptSource, toScriptType } from "./script-source.ts";

export interface ScriptCommand {
  readonly path: string;
  readonly flags: ScriptFlags & GlobalFlags;
  /** Those of the command line. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/**
 * Opens the script that a command is about, and says what is wrong with it; the exit code. Such a
 * script sees this shell's variables only if that is asked for.
 */
export async function withScript(
  { path, flags, options = {} }: ScriptCommand,
  output: Output,
  use: (request: LoadRequest, source: ScriptSource) => Promise<void>,
): Promise<number> {
  const { RunError } = await import("@breakwater/load");
  const request = toScriptRequest(flags, options, { hasSystemEnv: false });
  using source = await openScriptSource(path, toScriptType(flags.type ?? environment().K6_TYPE));
  try {
    const env = { ...source.env, ...request.env };
    await use({ ...request, env, target: source.target }, source);
    return 0;
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    output.write("stderr", `error: ${error.message}\n`);
    return error.exitCode;
  }
}
