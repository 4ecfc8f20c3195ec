import { expect, test } from "bun:test";
import { Histogram } from "@breakwater/metrics";
import fc from "fast-check";
import { Sketch } from "./sketch.ts";

function sketchOf(values: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

const someValues = fc.array(
  fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()),
  { minLength: 1 },
);

test("it has the quantiles of the histogram that the summary has", () => {
  fc.assert(
    fc.property(someValues, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const histogram = new Histogram();
      for (const value of values) histogram.add(value);
      const sketch = sketchOf(values);
      expect(sketch.quantile(share)).toBe(histogram.quantile(share));
      expect([sketch.count, sketch.min, sketch.max]).toEqual([
        histogram.count,
        histogram.min,
        histogram.max,
      ]);
    }),
  );
});

test("parts that were sent as JSON add up to the whole", () => {
  fc.assert(
    fc.property(someValues, someValues, (one, two) => {
      const merged = sketchOf(one);
      merged.merge(JSON.parse(JSON.stringify(sketchOf(two).snapshot())));
      const whole = sketchOf([...one, ...two]);
      expect(merged.count).toBe(whole.count);
      expect(merged.quantile(0.5)).toBe(whole.quantile(0.5));
      expect(merged.max).toBe(whole.max);
    }),
  );
});

test("buckets come by rising value, whole numbers as themselves", () => {
  const seen: [number, number][] = [];
  sketchOf([5, -3, 0, 5, 100, -4, 0.5]).eachBucket((edge, count) => seen.push([edge, count]));
  expect(seen).toEqual([
    [-4, 1],
    [-3, 1],
    [0, 1],
    [0.5, 1],
    [5, 2],
    [100, 1],
  ]);
});

test("minus zero is zero", () => {
  const sketch = sketchOf([-0]);
  expect([sketch.min, sketch.max, sketch.quantile(0)]).toEqual([0, 0, 0]);
});

test("an empty one is zero", () => {
  const empty = new Sketch();
  expect([empty.mean, empty.quantile(0.5)]).toEqual([0, 0]);
});
