import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { startStandIn } from "./stand-in/stand-in.ts";

const folder = join(import.meta.dir, "scripts");
const main = join(import.meta.dir, "../../products/cli/src/main.ts");
const standIn = startStandIn();

/** With those that wait for their turn. */
const MAX_TEST_MS = 120_000;

const gaps = await readGaps();
const recorded = [...new Glob("**/*.{js,ts,es}").scanSync(folder)]
  .filter((path) => !path.includes("imported/"))
  .sort();

describe("as k6 recorded it", () => {
  test.concurrent.each(recorded.filter((path) => !gaps.has(path)))(
    "%s",
    async (path) => {
      const { ours, k6s } = await both(path);
      expect(ours).toEqual(k6s);
    },
    MAX_TEST_MS,
  );
});

describe("known gaps: one that is closed has to be struck off known-gaps.txt", () => {
  test("are scripts that there are", () => {
    expect([...gaps].filter((path) => !recorded.includes(path))).toEqual([]);
  });

  test.concurrent.each(recorded.filter((path) => gaps.has(path)))(
    "%s",
    async (path) => {
      const { ours, k6s } = await both(path);
      expect(ours).not.toEqual(k6s);
    },
    MAX_TEST_MS,
  );
});

/** Ours with those metrics and places alone that k6 has as well: we measure and name more. */
async function both(path: string): Promise<{ ours: Outcome; k6s: Outcome }> {
  const script = join(folder, path);
  const k6s: Outcome = await Bun.file(`${script}.json`).json();
  const all = await inTurn(() => outcomeOf([process.execPath, main], script, standIn));
  const metrics = Object.entries(all.metrics).filter(([name]) => name in k6s.metrics);
  const places = all.places.filter((place) => k6s.places.includes(place));
  return { k6s, ours: { ...all, places, metrics: Object.fromEntries(metrics) } };
}

/** More would slow each other down so much that their timers come late. */
const AT_ONCE = 3;
let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(run: () => Promise<T>): Promise<T> {
  if (running === AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await run();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** A script's path on each line, and after two spaces why. */
async function readGaps(): Promise<ReadonlySet<string>> {
  const text = await Bun.file(join(import.meta.dir, "known-gaps.txt")).text();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Set(lines.map((line) => line.split("  ")[0] ?? ""));
}
