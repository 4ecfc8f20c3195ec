import { type Command, InvalidArgumentError } from "commander";
import { completionScript, shells } from "./completion-script.ts";
import type { Output } from "./output.ts";

const help = `
Prints a script for your shell, which then completes commands and flags after Tab.

Examples:
  bw completion bash > /etc/bash_completion.d/bw
  bw completion zsh > "\${fpath[1]}/_bw"
  bw completion fish > ~/.config/fish/completions/bw.fish
  bw completion powershell | Out-String | Invoke-Expression`;

/** `bw completion`: Tab in a shell. */
export function addCompletionCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  program
    .command("completion")
    .description("print a script that lets a shell complete commands and flags")
    .argument("<shell>", shells.join(", "))
    .addHelpText("after", help)
    .action((name: string) => {
      const shell = shells.find((each) => each === name);
      if (shell === undefined) {
        const all = shells.join(", ");
        throw new InvalidArgumentError(`Cannot complete for the shell "${name}": there are ${all}`);
      }
      output.write("stdout", completionScript(shell, program));
      end(0);
    });
}
