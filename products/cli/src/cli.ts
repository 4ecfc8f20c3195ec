import { processArguments } from "@breakwater/process";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { addOriginCommand } from "./origin-command.ts";
import { addRunCommand } from "./run-command.ts";
import { addWorkerCommand } from "./worker-command.ts";

/** k6's code for what it cannot make sense of: an unknown option, a bad value. */
const INVALID_CONFIG = 104;

/**
 * The command line: each command loads its product only when it is called. The exit code, or
 * `undefined` when the process is to go on.
 */
export async function runCli(): Promise<number | undefined> {
  let code: number | undefined;
  const end = (exitCode: number): void => {
    code = exitCode;
  };
  const program = new Command("bw")
    .description("Find where a service breaks, then keep it from breaking.")
    .version(packageJson.version)
    .showHelpAfterError("(bw --help shows what there is)")
    .exitOverride();
  addRunCommand(program, end);
  addOriginCommand(program, end);
  addWorkerCommand(program, end);
  try {
    await program.parseAsync(processArguments(), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander says what is wrong with an option while it reads it, not what a command finds later.
    if (error instanceof InvalidArgumentError) process.stderr.write(`error: ${error.message}\n`);
    // Help and version are no failures; commander has printed them, and the sentence for the rest.
    return error.exitCode === 0 ? 0 : INVALID_CONFIG;
  }
  return code;
}
