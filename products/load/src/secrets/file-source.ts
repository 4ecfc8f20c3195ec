import { parseKeyValues } from "./key-values.ts";
import { cut } from "./source-line.ts";

/** A file of `key=value` lines: `[filename=]path`. Throws an Error. */
export function fileSecrets(
  config: string,
  readFile: (path: string) => string,
): ReadonlyMap<string, string> {
  const lines = readFile(pathIn(config)).split(/\r?\n/);
  return parseKeyValues(lines.filter((line) => line !== ""));
}

function pathIn(config: string): string {
  let path = "";
  for (const part of config.split(",")) {
    const [key, value] = cut(part);
    if (value === undefined) path = part;
    else if (key === "filename") path = value;
    else throw new Error(`it has no setting "${key}"; give filename=path`);
  }
  if (path === "") throw new Error("it names no file; give file=path");
  return path;
}
