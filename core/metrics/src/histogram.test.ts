import { expect, test } from "bun:test";
import fc from "fast-check";
import { HISTOGRAM_RELATIVE_ERROR, Histogram } from "./histogram.ts";

/** Doubles of every size and sign, but for the denormal ones. */
const anyValue = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => (Math.abs(value) < 2.3e-308 ? 0 : value));
const milliseconds = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

test("any percentile is within the stated error of the exact one", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(milliseconds, { minLength: 1 }), share, (values, at) => {
      const exact = exactQuantile(values, at);
      const error = Math.abs(histogramOf(values).quantile(at) - exact) / exact;
      expect(error).toBeLessThanOrEqual(HISTOGRAM_RELATIVE_ERROR + 1e-12);
    }),
    { numRuns: 1000 },
  );
});

test("any order statistic of any doubles is within the stated error, negative ones too", () => {
  fc.assert(
    fc.property(fc.array(anyValue, { minLength: 1, maxLength: 40 }), (values) => {
      const histogram = histogramOf(values);
      const sorted = values.toSorted((a, b) => a - b);
      for (const [rank, exact] of sorted.entries()) {
        const estimate = histogram.quantile(rank / Math.max(1, sorted.length - 1));
        // rank / last * last may miss a whole number by a hair: then a neighbour takes part.
        const neighbours = sorted.slice(Math.max(0, rank - 1), rank + 2).map(Math.abs);
        const slack = Math.max(...neighbours.map((value) => value * 1e-13));
        expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(
          Math.abs(exact) * HISTOGRAM_RELATIVE_ERROR + slack,
        );
      }
    }),
  );
});

test("count, sum, min and max are exact", () => {
  fc.assert(
    fc.property(fc.array(anyValue.filter((value) => Math.abs(value) < 1e300)), (values) => {
      const histogram = histogramOf(values);
      expect(histogram.count).toBe(values.length);
      expect(histogram.sum).toBe(values.reduce((sum, value) => sum + value, 0));
      expect(histogram.min).toBe(values.length === 0 ? 0 : Math.min(...values) + 0);
      expect(histogram.max).toBe(values.length === 0 ? 0 : Math.max(...values) + 0);
    }),
  );
});

test("parts merged have exactly the buckets of the whole", () => {
  fc.assert(
    fc.property(fc.array(fc.array(anyValue)), (parts) => {
      const merged = new Histogram();
      for (const part of parts) merged.merge(histogramOf(part).snapshot());
      const whole = histogramOf(parts.flat()).snapshot();
      const { sum: _sum, ...rest } = merged.snapshot(); // a sum depends on its order
      expect(whole).toMatchObject(rest);
    }),
  );
});

test("a snapshot comes back from JSON as it was", () => {
  fc.assert(
    fc.property(fc.array(anyValue.filter((value) => Math.abs(value) < 1e300)), (values) => {
      const snapshot = histogramOf(values).snapshot();
      const copy = new Histogram();
      copy.merge(JSON.parse(JSON.stringify(snapshot)));
      expect(copy.snapshot()).toEqual(snapshot);
    }),
  );
});

test.each([
  [[10], 0.9, 10],
  [[1, 3], 0.5, 2],
  [[1, 2, 3, 4], 0.25, 1.75],
  [[0, 0, 0, 8], 0.5, 0],
  [[0, 0, 0, 8], 1, 8],
  [[-8, 0, 8], 0, -8],
  [[-1.9, -1.7, -1.3, -1.1], 1 / 3, -1.7], // all of one octave
  [[], 0.5, 0],
])("%j at %d is %d", (values, share, want) => {
  expect(histogramOf(values).quantile(share)).toBeCloseTo(want, 2);
});

test("an estimate never leaves the range of what was added", () => {
  expect(histogramOf([3, 3, 3]).quantile(0.5)).toBe(3);
});

test("minus zero is zero", () => {
  expect(histogramOf([-0, -0]).snapshot()).toEqual(histogramOf([0, 0]).snapshot());
});

test("after a reset it is empty, and counts afresh", () => {
  const histogram = histogramOf([5, -5, 1e300]);
  histogram.reset();
  expect(histogram.snapshot()).toEqual({ sum: 0, min: 0, max: 0, buckets: [] });
  expect(histogram.isEmpty).toBe(true);
  histogram.add(7);
  expect(histogram.snapshot()).toEqual(histogramOf([7]).snapshot());
});

test.each([Number.NaN, Infinity, -Infinity])("%d is refused and leaves no trace", (value) => {
  const histogram = histogramOf([1]);
  expect(() => histogram.add(value)).toThrow(expect.objectContaining({ code: "bad_value" }));
  expect(histogram.snapshot()).toEqual(histogramOf([1]).snapshot());
});

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

/** NumPy's default, type 7. */
function exactQuantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const index = share * (sorted.length - 1);
  const below = sorted[Math.floor(index)]!;
  return below + (sorted[Math.ceil(index)]! - below) * (index % 1);
}
