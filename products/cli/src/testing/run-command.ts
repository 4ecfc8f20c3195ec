import { Command, CommanderError } from "commander";
import type { Output } from "../output.ts";

/** One command as the command line has it. */
export type AddCommand = (
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
) => void;

export interface CommandRun {
  readonly stdout: string;
  readonly stderr: string;
  /** None where the process would go on. */
  readonly codes: readonly number[];
}

/** Runs it in this process; what commander itself refuses is in `stderr`. */
export async function runCommand(
  add: AddCommand,
  commandLine: readonly string[],
): Promise<CommandRun> {
  const said = { stdout: "", stderr: "" };
  const codes: number[] = [];
  const output: Output = {
    write: (stream, text) => {
      said[stream] += text;
    },
    flush: () => Promise.resolve(true),
  };
  const program = new Command("bw").exitOverride().configureOutput({
    writeOut: (text) => output.write("stdout", text),
    writeErr: (text) => output.write("stderr", text),
  });
  add(program, output, (code) => codes.push(code));
  try {
    await program.parseAsync([...commandLine], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  return { ...said, codes };
}
