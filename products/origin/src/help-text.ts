import type { RouteDoc } from "./route-doc.ts";

const MAX_COLUMNS = 78;

/** The docs for a terminal. */
export function toHelpText(docs: readonly RouteDoc[]): string {
  const routes = docs.map(({ path, summary, params = [], examples }) => [
    shownPath(path),
    ...wrapped(summary, "    "),
    ...params.flatMap(({ name, meaning }) => wrapped(`${name}: ${meaning}`, "      ")),
    ...examples.map((example) => `    e.g. ${example}`),
  ]);
  return `bw origin: an upstream for testing proxies\n\n${routes
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n")}`;
}

/** "/bin/:size" as people write it: "/bin/{size}". */
export function shownPath(path: string): string {
  return path.replace(/:(\w+)/g, "{$1}");
}

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > MAX_COLUMNS) {
      lines.push(indent + line);
      line = word;
    } else line += line === "" ? word : ` ${word}`;
  }
  return [...lines, indent + line];
}
