import { join } from "node:path";
import { Glob } from "bun";
import { outcomeOf } from "./outcome.ts";
import { startStandIn } from "./stand-in/stand-in.ts";

/**
 * Writes beside each script what the real k6 says of it:
 * `bun tests/k6-compat/record.ts K6 [NAME…]`, then `npx biome format --write tests/k6-compat`.
 */
const AT_ONCE = 3;
const [k6 = "k6", ...names] = process.argv.slice(2);
await using standIn = startStandIn();
const folder = join(import.meta.dir, "scripts");
const paths = [...new Glob("**/*.{js,ts,es}").scanSync(folder)]
  .filter((path) => !path.includes("imported/"))
  .filter((path) => names.length === 0 || names.some((name) => path.includes(name)))
  .sort();
await Promise.all(Array.from({ length: AT_ONCE }, recordSome));

async function recordSome(): Promise<void> {
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    const script = join(folder, path);
    const outcome = await outcomeOf([k6], script, standIn);
    await Bun.write(`${script}.json`, `${JSON.stringify(outcome, undefined, 2)}\n`);
    process.stdout.write(`${path}: exit ${outcome.exitCode}, ${outcome.console.length} lines\n`);
  }
}
