import { expect, test } from "bun:test";
import fc from "fast-check";
import { Sketch } from "../series/sketch.ts";
import { nativeHistogram } from "./native-histogram.ts";

function histogramOf(values: readonly number[], scale = 1) {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return nativeHistogram(sketch, { scale, timestamp: 1 });
}

test("spans skip what is empty, counts are differences, bucket n ends at 2^(n/8)", () => {
  // 1 = 2^0, 1.01 is above it, 2 = 2^(8/8); 1000 ms are 1 s.
  expect(histogramOf([1000, 1010, 1010, 2000, 0, -500], 1 / 1000)).toEqual({
    countInt: 6,
    sum: expect.closeTo(4.52, 9),
    schema: 3,
    zeroThreshold: 2 ** -128,
    zeroCountInt: 1,
    negativeSpans: [{ offset: -8, length: 1 }],
    negativeDeltas: [1],
    positiveSpans: [
      { offset: 0, length: 2 },
      { offset: 6, length: 1 },
    ],
    positiveDeltas: [1, 1, -1],
    timestamp: 1,
  });
});

test("every value is in a bucket, or at most 0.2 % over the end of one", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (value) => {
      const { positiveSpans, positiveDeltas } = histogramOf([value]);
      expect(positiveDeltas).toEqual([1]);
      const index = positiveSpans[0]!.offset;
      expect(value).toBeGreaterThan(2 ** ((index - 1) / 8) * 0.999999);
      expect(value).toBeLessThanOrEqual(2 ** (index / 8) * 1.002);
    }),
  );
});

test("spans and deltas give the counts back", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1 }), (values) => {
      const { positiveSpans, positiveDeltas, countInt } = histogramOf(values);
      let count = 0;
      const counts = positiveDeltas.map((delta) => {
        count += delta;
        return count;
      });
      expect(counts.reduce((sum, one) => sum + one, 0)).toBe(countInt);
      expect(positiveSpans.reduce((sum, { length }) => sum + length, 0)).toBe(counts.length);
      expect(Math.min(...counts)).toBeGreaterThan(0);
    }),
  );
});
