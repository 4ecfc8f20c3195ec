import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Sample, slopeOf } from "./slope.ts";

const every = (value: (seconds: number) => number): readonly Sample[] =>
  Array.from({ length: 200 }, (_, seconds) => ({ seconds, value: value(seconds) }));

test("a line's slope is found, however steep", () => {
  fc.assert(
    fc.property(fc.integer({ min: -50, max: 50 }), (perMinute) => {
      const slope = slopeOf(every((seconds) => 100 + (perMinute * seconds) / 60))!;
      expect(slope.perMinute).toBeCloseTo(perMinute, 6);
      expect(slope.high - slope.low).toBeCloseTo(0, 6);
    }),
  );
});

test("what goes up and down has a slope of 0 within its interval", () => {
  const { low, high } = slopeOf(every((seconds) => 100 + 10 * Math.sin(seconds / 4)))!;
  expect(low).toBeLessThan(0);
  expect(high).toBeGreaterThan(0);
});

test("what grows through its noise is seen to grow", () => {
  const { low } = slopeOf(every((seconds) => 100 + seconds / 5 + 4 * Math.sin(seconds / 4)))!;
  expect(low).toBeGreaterThan(0);
});

test("a handful of samples says nothing", () => {
  expect(slopeOf(every(() => 1).slice(0, 99))).toBeUndefined();
});
