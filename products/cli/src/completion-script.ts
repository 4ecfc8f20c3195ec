import type { Command } from "commander";

export const shells = ["bash", "zsh", "fish", "powershell"] as const;

export type Shell = (typeof shells)[number];

/** A command, what it does and the flags that it takes. */
interface Completed {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly { readonly flag: string; readonly description: string }[];
}

/** What a shell reads to complete the commands and flags that there are now. */
export function completionScript(shell: Shell, program: Command): string {
  const commands = visible(program);
  switch (shell) {
    case "bash":
      return bash(commands);
    case "zsh":
      return zsh(commands);
    case "fish":
      return fish(commands);
    case "powershell":
      return powershell(commands);
  }
}

function visible(program: Command): readonly Completed[] {
  const help = program.createHelp();
  return help
    .visibleCommands(program)
    .filter((command) => command.name() !== "help")
    .map((command) => ({
      name: command.name(),
      description: command.description(),
      flags: [...help.visibleOptions(command), ...help.visibleOptions(program)]
        .filter(({ long }) => long)
        .map(({ long, description }) => ({ flag: long!, description })),
    }));
}

const namesOf = (commands: readonly Completed[]): string =>
  commands.map(({ name }) => name).join(" ");

const flagsOf = ({ flags }: Completed): string =>
  [...new Set(flags.map(({ flag }) => flag))].join(" ");

function bash(commands: readonly Completed[]): string {
  const cases = commands.map((each) => `    ${each.name}) words="${flagsOf(each)}" ;;`);
  return `_bw() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words="${namesOf(commands)}"
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    esac
    [ "\${word#-}" = "$word" ] && words=""
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _bw bw breakwater
`;
}

function zsh(commands: readonly Completed[]): string {
  const names = commands.map(({ name, description }) => `    '${name}:${zshText(description)}'`);
  const cases = commands.map(
    (each) => `      ${each.name}) compadd -- ${flagsOf(each)}; _files ;;`,
  );
  return `#compdef bw breakwater
_bw() {
  local -a commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
  else
    case "$words[2]" in
${cases.join("\n")}
    esac
  fi
}
compdef _bw bw breakwater
`;
}

function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, description, flags }) => [
    `complete -c bw -n __fish_use_subcommand -a ${name} -d ${quote(description)}`,
    ...flags.map(
      ({ flag, description: text }) =>
        `complete -c bw -n "__fish_seen_subcommand_from ${name}" ` +
        `-l ${flag.slice(2)} -d ${quote(text)}`,
    ),
  ]);
  return `${lines.join("\n")}\n`;
}

function powershell(commands: readonly Completed[]): string {
  const cases = commands.map((each) => `    '${each.name}' { '${flagsOf(each)}' }`);
  return `Register-ArgumentCompleter -Native -CommandName bw, breakwater -ScriptBlock {
  param($word, $line)
  $given = $line.CommandElements
  $words = switch ("$($given[1])") {
${cases.join("\n")}
    default { '${namesOf(commands)}' }
  }
  $words -split ' ' | Where-Object { $_ -like "$word*" }
}
`;
}

function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(":", "\\:");
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
