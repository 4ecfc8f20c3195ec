import { printCompiled, ScriptError } from "@breakwater/script-host";
import { exitCode, RunError } from "../exit-code.ts";
import type { LoadIo } from "../io.ts";
import type { LoadRequest } from "../request.ts";
import { remoteImports } from "../script/remote-imports.ts";
import { scriptWorld } from "../script/script-world.ts";

/** The text that a script is compiled to, for people to read. Throws RunError. */
export async function printScript({ target }: LoadRequest, io: LoadIo): Promise<string> {
  if (target.kind === "url") throw new Error("A URL is not compiled");
  const { path, source } = target;
  const remote = remoteImports(path, io, (_level, line) => io.stderr(`warning: ${line}\n`));
  try {
    return await printCompiled({ path, source, remote, ...scriptWorld });
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    const isMissing = error.code === "not_found" || error.code === "unreadable";
    const code = isMissing ? exitCode.invalidConfig : exitCode.scriptException;
    throw new RunError(code, error.message);
  }
}
