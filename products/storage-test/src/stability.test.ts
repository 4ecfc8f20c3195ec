import { expect, test } from "bun:test";
import fc from "fast-check";
import { isStable } from "./stability.ts";

const seconds = (count: number, value: (second: number) => number): readonly number[] =>
  Array.from({ length: count }, (_, second) => value(second));

test.each([
  ["too short to say", false, seconds(14, () => 100)],
  ["even", true, seconds(15, () => 100)],
  ["noisy from second to second", true, seconds(30, (at) => (at % 2 === 0 ? 90 : 110))],
  ["rising by 2 % each second", false, seconds(30, (at) => 100 * 1.02 ** at)],
  ["falling", false, seconds(30, (at) => 1000 - 30 * at)],
  ["settled after a ramp", true, seconds(30, (at) => Math.min(100, at * 10))],
  ["a stall in the last ten seconds", false, seconds(30, (at) => (at === 24 ? 0 : 100))],
  ["nothing at all", false, seconds(30, () => 0)],
])("throughput that is %s: stable is %p", (_what, expected, perSecond) => {
  expect(isStable(perSecond, 0.05)).toBe(expected);
});

test("how fast it is does not matter, only how much it varies", () => {
  const series = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 15, maxLength: 40 });
  fc.assert(
    fc.property(series, fc.integer({ min: 2, max: 1024 }), (perSecond, factor) => {
      const faster = perSecond.map((each) => each * factor);
      expect(isStable(faster, 0.1)).toBe(isStable(perSecond, 0.1));
    }),
  );
});

test("what is stable within one tolerance is so within a larger one", () => {
  const series = fc.array(fc.integer({ min: 50, max: 150 }), { minLength: 15, maxLength: 40 });
  fc.assert(
    fc.property(series, (perSecond) => {
      expect(isStable(perSecond, 0.05) && !isStable(perSecond, 0.2)).toBe(false);
    }),
  );
});
