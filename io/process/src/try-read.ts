import { readFileSync } from "node:fs";

/** The text of a small file, or `undefined` when it cannot be read. */
export function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
