import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The names of the files that hold contents. */
export function contentFiles(folder: string): readonly string[] {
  const all = readdirSync(join(folder, "data"), { recursive: true, encoding: "utf8" });
  return all.filter((name) => name.includes("/"));
}

/** Gives what happens in the background its turns. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
