import { expect, test } from "bun:test";
import { type Distribution, meanMs, toSampler } from "./distribution.ts";
import { DurationCounts } from "./duration-counts.ts";
import { seededRandom } from "./random.ts";

const twoModes: Distribution = {
  kind: "mixed",
  parts: [
    { share: 0.95, of: { kind: "constant", ms: 5 } },
    { share: 0.05, of: { kind: "exponential", meanMs: 500 } },
  ],
};

test.each<[string, Distribution, mean: number, p50: number, p99: number]>([
  ["constant", { kind: "constant", ms: 20 }, 20, 20, 20],
  ["exponential", { kind: "exponential", meanMs: 20 }, 20, 13.86, 92.1],
  ["lognormal", { kind: "lognormal", medianMs: 10, p99Ms: 100 }, 16.32, 10, 100],
  ["mixed", twoModes, 29.75, 5, 804.7],
])(
  "%s durations have the mean and the percentiles that they should",
  (_name, of, mean, p50, p99) => {
    const sample = toSampler("serviceMs", of);
    const random = seededRandom(5, 0);
    const durations = new DurationCounts();
    for (let count = 0; count < 200_000; count += 1) durations.add(sample(random));
    expect(meanMs(of)).toBeCloseTo(mean, 2);
    for (const [is, want] of [
      [durations.meanMs(), mean],
      [durations.quantileMs(0.5), p50],
      [durations.quantileMs(0.99), p99],
    ] as const) {
      expect(Math.abs(is / want - 1)).toBeLessThan(0.025);
    }
  },
);

test.each<[string, Distribution, string]>([
  ["a negative time", { kind: "constant", ms: -1 }, "serviceMs.ms -1"],
  ["no number", { kind: "exponential", meanMs: Number.NaN }, "serviceMs.meanMs NaN"],
  ["a median of 0", { kind: "lognormal", medianMs: 0, p99Ms: 1 }, "serviceMs.medianMs 0"],
  ["a p99 below it", { kind: "lognormal", medianMs: 2, p99Ms: 1 }, "serviceMs.p99Ms 1"],
  ["no parts", { kind: "mixed", parts: [] }, "serviceMs.parts with shares of 0"],
  [
    "a negative share",
    { kind: "mixed", parts: [{ share: -1, of: twoModes }] },
    "serviceMs.parts[0].share -1",
  ],
  [
    "shares above 1",
    { kind: "mixed", parts: [{ share: 1.5, of: twoModes }] },
    "serviceMs.parts with shares of 1.5",
  ],
])("%s is refused", (_name, distribution, words) => {
  expect(() => toSampler("serviceMs", distribution)).toThrow(`Cannot use ${words}: `);
});
