import { expect, test } from "bun:test";
import fc from "fast-check";
import { DurationCounts } from "./duration-counts.ts";

test("a percentile is the one of the sorted durations, to a third of a per cent", () => {
  const durations = fc.array(fc.double({ min: 0.002, max: 1e6, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
      const counts = new DurationCounts();
      for (const ms of all) counts.add(ms);
      const sorted = all.toSorted((a, b) => a - b);
      const want = sorted[Math.max(0, Math.ceil(share * all.length) - 1)]!;
      expect(Math.abs(counts.quantileMs(share) / want - 1)).toBeLessThan(1 / 300);
    }),
  );
});

test("what is too short or too long to matter is counted all the same", () => {
  const counts = new DurationCounts();
  for (const ms of [0, 1e12]) counts.add(ms);
  expect([counts.count, counts.meanMs()]).toEqual([2, 5e11]);
  expect(counts.quantileMs(0.5)).toBeLessThan(0.0011);
  expect(counts.quantileMs(1)).toBeGreaterThan(3.5e6);
});

test("without any there is no mean and no percentile", () => {
  const counts = new DurationCounts();
  expect([counts.meanMs(), counts.quantileMs(0.5)]).toEqual([Number.NaN, Number.NaN]);
});
