import { expect, test } from "bun:test";
import { seededRandom } from "./random.ts";

test("a seed leads to the same numbers, from 0 to below 1, evenly", () => {
  const drawn = take(seededRandom(7), 100_000);
  expect(take(seededRandom(7), 100_000)).toEqual(drawn);
  expect(take(seededRandom(8), 10)).not.toEqual(drawn.slice(0, 10));
  const tenths = new Array<number>(10).fill(0);
  for (const one of drawn) tenths[Math.floor(one * 10)]! += 1;
  expect(tenths.reduce((sum, count) => sum + count)).toBe(100_000);
  expect(Math.min(...tenths)).toBeGreaterThan(9_700);
});

const take = (random: () => number, count: number): number[] =>
  Array.from({ length: count }, random);
