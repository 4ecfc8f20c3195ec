import { kindOf } from "./kind.ts";
import { configVariable, type Setting } from "./setting.ts";
import { showDefault } from "./show-config.ts";

/** The text of `--help`: each setting with its flag, variable and default. */
export function helpText(
  settings: readonly Setting[],
  { name, prefix }: { readonly name: string; readonly prefix: string },
): string {
  const rows = [
    ...settings.map(toRow),
    {
      flag: "--config <file>",
      about: "reads settings from a file: .json, .yaml or .toml",
      note: `environment: ${configVariable(prefix)}`,
    },
    { flag: "--print-config", about: "prints what is in effect and where it is from", note: "" },
    { flag: "-h, --help", about: "prints this", note: "" },
  ];
  const lengths = rows.map(({ flag }) => flag.length).filter((each) => each <= MAX_FLAG_WIDTH);
  const width = Math.max(...lengths);
  const gap = `\n${" ".repeat(width + 4)}`;
  const lines = rows.map(({ flag, about, note }) => {
    const head = flag.length <= width ? `  ${flag.padEnd(width)}  ` : `  ${flag}${gap}`;
    const parts = [about, note === "" ? "" : `(${note})`].filter((part) => part !== "");
    return `${head}${parts.join(gap)}`.trimEnd();
  });
  return `Usage: ${name} [flags]\n\n${lines.join("\n")}\n`;
}

/** A longer one has a line of its own. */
const MAX_FLAG_WIDTH = 30;

interface Row {
  readonly flag: string;
  readonly about: string;
  readonly note: string;
}

function toRow({ flag, variable, schema, description, ...setting }: Setting): Row {
  const { isBoolean, isSecret, defaultValue } = setting;
  const shown = isSecret ? "" : showDefault(schema, defaultValue);
  const notes = [
    ...(shown === "" ? [] : [`default: ${shown}`]),
    `environment: ${variable}${isSecret ? ` or ${variable}_FILE` : ""}`,
  ];
  const name = isBoolean && defaultValue === true ? `--no-${flag}` : `--${flag}`;
  return {
    flag: isBoolean ? name : `${name} <${kindOf(schema)}>`,
    about: description,
    note: notes.join("; "),
  };
}
