import type { Command } from "commander";
import type { Output } from "./output.ts";
import { systemIo } from "./run-command.ts";
import { addScriptFlags, type GlobalFlags, type ScriptFlags } from "./run-flags.ts";
import { withScript } from "./script-command.ts";

const help = `
Prints the options that the script exports as JSON, as k6 inspect does; null is what it does not set.
With --execution-requirements they are what all of config file, K6_* variables and script make, its
shortcuts as a scenario, and beside them how long the test takes at the most and how many VUs.

Examples:
  bw inspect script.js
  bw inspect --execution-requirements archive.tar
  bw inspect - < script.js`;

/** `bw inspect`: what a script or archive wants. */
export function addInspectCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const command = program
    .command("inspect")
    .description("print the options of a script or archive")
    .argument("<script>", 'a script, an archive, or "-" for standard input')
    .option("--execution-requirements", "with how many VUs it needs and how long it takes")
    .addHelpText("after", help);
  addScriptFlags(command);
  command.action(async (path: string) => {
    const flags: ScriptFlags & GlobalFlags & { executionRequirements?: boolean } =
      command.optsWithGlobals();
    const withRequirements = flags.executionRequirements ?? false;
    end(
      await withScript({ path, flags }, output, async (request) => {
        const { inspectScript } = await import("@breakwater/load");
        const io = systemIo(output, request.hasColor);
        const shown = await inspectScript(request, io, { withRequirements });
        output.write("stdout", `${JSON.stringify(shown, undefined, 2)}\n`);
      }),
    );
  });
}
