import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** What was typed before, for the arrow keys: kept in a file, readable for this user alone. */
export interface TypedLines {
  /** Newest first. */
  readonly lines: readonly string[];
  /** Keeps these instead, newest first. Where that fails, there is less to go through: no more. */
  readonly keep: (lines: readonly string[]) => void;
}

/** At most `maxLines` of them; without a path, those of this session alone. */
export function typedLines(path: string | undefined, maxLines: number): TypedLines {
  if (path === undefined) return { lines: [], keep: () => {} };
  return {
    lines: tryReadLines(path).slice(-maxLines).reverse(),
    keep: (lines) => tryWriteLines(path, lines.slice(0, maxLines).toReversed()),
  };
}

function tryReadLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}

function tryWriteLines(path: string, lines: readonly string[]): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch {
    // A conversation does not end because its lines cannot be kept.
  }
}
