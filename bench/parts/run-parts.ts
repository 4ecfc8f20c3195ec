import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "../bench-error.ts";
import { root, workFolder } from "../tool.ts";
import type { Part } from "./part.ts";

export interface PageOptions<Options> {
  /** As of "BRIDGE.md": in bench/ if all of it was measured at full length, else outside git. */
  readonly file: string;
  readonly parts: readonly Part<Options>[];
  /** Of --only: the names of parts, all if left out. */
  readonly only: string | undefined;
  readonly isQuick: boolean;
  readonly options: Options;
  readonly heading: () => string;
}

/** Measures the chosen parts one after the other, and writes and prints their page. */
export async function writePage<Options>(page: PageOptions<Options>): Promise<void> {
  const { file, parts, only, isQuick, options, heading } = page;
  const names = only?.split(",");
  const chosen = parts.filter(({ name }) => names?.includes(name) ?? true);
  if (chosen.length !== (names?.length ?? parts.length)) {
    const known = parts.map(({ name }) => name).join(", ");
    throw new BenchError("bad_argument", `There is no part "${only}": use ${known}`);
  }
  mkdirSync(workFolder, { recursive: true });
  const chapters: string[] = [];
  for (const { title, measure } of chosen) {
    chapters.push([`## ${title}`, "", ...(await measure(options)), ""].join("\n"));
  }
  const text = [heading(), ...chapters].join("\n");
  const isWhole = only === undefined && !isQuick;
  await Bun.write(join(isWhole ? join(root, "bench") : workFolder, file), text);
  console.log(text);
}
