import { expect, test } from "bun:test";
import fc from "fast-check";
import { ProgressPoints } from "./progress-points.ts";

test("few points are all kept", () => {
  const points = new ProgressPoints();
  for (let at = 1; at < 512; at += 1) points.add([at, at * 10]);
  expect(points.kept).toHaveLength(511);
  expect(points.kept[0]).toEqual([1, 10]);
});

test("of many, a bounded number from beginning to end is kept, evenly spaced", () => {
  fc.assert(
    fc.property(fc.integer({ min: 512, max: 20_000 }), (count) => {
      const points = new ProgressPoints();
      for (let at = 1; at <= count; at += 1) points.add([at, at]);
      const times = points.kept.map(([ms]) => ms);
      const steps = new Set(times.slice(1).map((ms, index) => ms - times[index]!));
      expect(times.length).toBeWithin(256, 512);
      expect(steps.size).toBe(1);
      expect(count - times.at(-1)!).toBeLessThan([...steps][0]!);
    }),
    { numRuns: 30 },
  );
});
