import { processArguments } from "@breakwater/process";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { addArchiveCommand } from "./archive-command.ts";
import { addBridgeCommand } from "./bridge-command.ts";
import { addCompileCommand } from "./compile-command.ts";
import { addCompletionCommand } from "./completion-command.ts";
import { addDepsCommand } from "./deps-command.ts";
import { addFilesCommand } from "./files-command.ts";
import { addGateCommand } from "./gate-command.ts";
import { addInspectCommand } from "./inspect-command.ts";
import { addNewCommand } from "./new-command.ts";
import { normalArguments } from "./normal-arguments.ts";
import { addOriginCommand, addOriginWorkerCommand } from "./origin-command.ts";
import type { Output } from "./output.ts";
import { addProxyCommand } from "./proxy-command.ts";
import { addRemovedCommands } from "./removed-commands.ts";
import { addRunCommand } from "./run-command.ts";
import { addGlobalFlags } from "./run-flags.ts";
import { addS3Command } from "./s3-command.ts";
import { addSmallCommands } from "./small-commands.ts";
import { addStorageCommand } from "./storage-command.ts";
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
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(bw --help shows what there is)")
    .configureOutput({
      writeOut: (text) => output.write("stdout", text),
      writeErr: (text) => output.write("stderr", text),
    })
    .exitOverride();
  addGlobalFlags(program);
  const commands = [
    addRunCommand,
    addNewCommand,
    addInspectCommand,
    addArchiveCommand,
    addDepsCommand,
    addCompileCommand,
    addOriginCommand,
    addOriginWorkerCommand,
    addProxyCommand,
    addGateCommand,
    addS3Command,
    addStorageCommand,
    addFilesCommand,
    addBridgeCommand,
    addSmallCommands,
    addCompletionCommand,
    addRemovedCommands,
  ];
  for (const add of commands) add(program, output, end);
  addWorkerCommand(program, end);
  try {
    await program.parseAsync(normalArguments(processArguments()), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // What commander finds wrong with an option it says itself; not what a command finds later.
    if (error instanceof InvalidArgumentError) output.write("stderr", `error: ${error.message}\n`);
    // Help and version are no failures; commander has printed them, and the sentence for the rest.
    return error.exitCode === 0 ? 0 : INVALID_CONFIG;
  }
  return code;
}
