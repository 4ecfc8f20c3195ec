import type { Command } from "commander";
import type { Output } from "./output.ts";
import { systemIo } from "./run-command.ts";
import { addScriptFlags, type GlobalFlags, type ScriptFlags } from "./run-flags.ts";
import { withScript } from "./script-command.ts";

const help = `
Shows the script as it is run: with everything that it imports, and with an await wherever a call of
k6's would hold up the virtual user. Nothing of it is run.

Example:
  bw compile script.js | less`;

/** `bw compile`: what becomes of a script. */
export function addCompileCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const command = program
    .command("compile")
    .description("print what a script is compiled to")
    .argument("<script>", 'a script, an archive, or "-" for standard input')
    .addHelpText("after", help);
  addScriptFlags(command);
  command.action(async (path: string) => {
    const flags: ScriptFlags & GlobalFlags = command.optsWithGlobals();
    end(
      await withScript({ path, flags }, output, async (request) => {
        const io = systemIo(output, request.hasColor);
        const { printScript } = await import("@breakwater/load");
        output.write("stdout", await printScript(request, io));
      }),
    );
  });
}
