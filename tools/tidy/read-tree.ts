import { join } from "node:path";
import { Glob } from "bun";
import { parseSourceFile, type SourceFile } from "./source-file.ts";

const roots = ["core", "io", "products", "examples", "deploy", "bench", "tests", "tools"];
/** What tools make or fetch, not people; and scripts that are as users of k6 write them. */
const foreign = /(^|\/)(node_modules|dist|\.[^/]+|k6-compat\/(scripts|seeds))\//;

/** Every source file of the repository. */
export async function readTree(root: string): Promise<SourceFile[]> {
  const paths: string[] = [];
  for (const folder of roots) {
    for await (const path of new Glob(`${folder}/**/*.{ts,tsx,js,mjs}`).scan(root)) {
      if (!foreign.test(path)) paths.push(path);
    }
  }
  if (paths.length === 0) throw new Error(`Cannot check the source: none in ${root}`);
  return Promise.all(
    paths.map(async (path) => parseSourceFile(path, await Bun.file(join(root, path)).text())),
  );
}
