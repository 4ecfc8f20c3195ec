import { processArguments } from "@breakwater/process";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { addOriginCommand } from "./origin-command.ts";
import type { Output } from "./output.ts";
import { addRunCommand } from "./run-command.ts";
import { addWorkerCommand } from "./worker-command.ts";

/** k6's code for what it cannot make sense of: an unknown option, a bad value. */
const INVALID_CONFIG = 104;

/**
 * The command line: each command loads its product only when it is called. The exit code, or
 * `undefined` when the process is to go on.
 */
export async function runCli(output: Output): Promise<number | undefined> {
  let code: number | undefined;
  const end = (exitCode: number): void => {
    code = exitCode;
  };
  const program = new Command("bw")
    .description("Find where a service breaks, then keep it from breaking.")
    .version(packageJson.version)
    .showHelpAfterError("(bw --help shows what there is)")
    .configureOutput({
      writeOut: (text) => output.write("stdout", text),
      writeErr: (text) => output.write("stderr", text),
    })
    .exitOverride();
  addRunCommand(program, output, end);
  addOriginCommand(program, output, end);
  addWorkerCommand(program, end);
  try {
    await program.parseAsync(processArguments(), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // What commander finds wrong with an option it says itself; not what a command finds later.
    if (error instanceof InvalidArgumentError) output.write("stderr", `error: ${error.message}\n`);
    // Help and version are no failures; commander has printed them, and the sentence for the rest.
    return error.exitCode === 0 ? 0 : INVALID_CONFIG;
  }
  return code;
}
