import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { LimitAlgorithm, Sample } from "./algorithm.ts";
import { type WindowOptions, windowed } from "./windowed.ts";

const options = { minSamples: 4, minWindowMs: 100, maxWindowMs: 1000 };

type Told = readonly [nowMs: number, rttMs: number, inFlight: number, outcome?: "dropped"];

interface Case {
  readonly what: string;
  readonly told: readonly Told[];
  readonly windows: readonly Partial<Sample>[];
  readonly options?: WindowOptions;
}

const cases: readonly Case[] = [
  {
    what: "a window ends with the first sample after its time and its number",
    told: [
      [1000, 10, 3],
      [1010, 20, 5],
      [1020, 30, 4],
      [1030, 40, 1],
      [1100, 50, 2],
      [1101, 7, 9],
    ],
    windows: [{ rttMs: 30, inFlight: 5, outcome: "success", nowMs: 1100, count: 5 }],
  },
  {
    what: "time alone does not end it",
    told: [
      [0, 10, 1],
      [150, 10, 1],
      [999, 10, 1],
    ],
    windows: [],
  },
  {
    what: "at its longest it ends with what it has",
    told: [
      [0, 10, 1],
      [1000, 30, 2],
    ],
    windows: [{ rttMs: 20, inFlight: 2, nowMs: 1000, count: 2 }],
  },
  {
    what: "a rest between two samples is part of no window",
    told: [
      [0, 10, 1],
      [1000, 30, 2],
      [60_000, 50, 9],
      [60_010, 50, 9],
    ],
    windows: [{ rttMs: 20, nowMs: 1000, count: 2 }],
  },
  {
    what: "a dropped one makes it dropped, and its own time does not count",
    told: [
      [0, 10, 1],
      [10, 1, 8, "dropped"],
      [20, 20, 1],
      [100, 30, 1],
    ],
    windows: [{ rttMs: 20, inFlight: 8, outcome: "dropped", count: 4 }],
  },
  {
    what: "unless so many may be",
    told: [
      [0, 10, 1],
      [10, 1, 1, "dropped"],
      [20, 20, 1],
      [100, 30, 1],
    ],
    windows: [{ rttMs: 20, outcome: "success", count: 4 }],
    options: { ...options, dropTolerance: 0.25 },
  },
  {
    what: "of dropped ones alone it has their time",
    told: [
      [0, 10, 1, "dropped"],
      [1000, 20, 1, "dropped"],
    ],
    windows: [{ rttMs: 15, outcome: "dropped", count: 2 }],
  },
  {
    what: "nonsense is left out",
    told: [
      [0, 10, 1],
      [10, Number.NaN, 1],
      [20, -5, 1],
      [Number.NaN, 5, 1],
      [Infinity, 5, 1],
      [30, 1e10, 1],
      [40, 5, Number.NaN],
      [1000, 30, 2],
    ],
    windows: [{ rttMs: 20, inFlight: 2, nowMs: 1000, count: 2 }],
  },
  {
    what: "a clock that jumps back makes it longer, not endless",
    told: [
      [5000, 10, 1],
      [100, 20, 1],
      [150, 30, 1],
      [201, 40, 1],
    ],
    windows: [{ rttMs: 25, nowMs: 201, count: 4 }],
  },
];

describe("windows", () => {
  test.each(cases)("$what", ({ told, windows, options: own }) => {
    expect(windowsOf(told, own ?? options)).toEqual(
      windows.map((one) => expect.objectContaining(one)),
    );
  });

  test("without options last 250 ms and 50 samples", () => {
    const steady = (count: number, everyMs: number): Told[] =>
      Array.from({ length: count }, (_, index) => [index * everyMs, 10, 1]);
    expect(windowsOf(steady(100, 1), {})).toHaveLength(0);
    expect(windowsOf(steady(251, 1), {})).toHaveLength(1);
    expect(windowsOf(steady(49, 100), {})).toHaveLength(0);
    expect(windowsOf(steady(50, 100), {})).toHaveLength(1);
    expect(windowsOf(steady(6, 1000), {})).toHaveLength(1);
  });

  test("keep the algorithm's name and limit", () => {
    const inner = recorder([]);
    expect(windowed(inner)).toMatchObject({ name: "recorder", limit: 3 });
  });
});

test("any percentile is within 1 % of the exact one", () => {
  const times = fc.array(fc.double({ min: 0.001, max: 1e8, noNaN: true }), { minLength: 2 });
  const percentiles = fc.double({ min: 0.001, max: 100, noNaN: true });
  fc.assert(
    fc.property(times, percentiles, (rtts, percentile) => {
      const told = rtts.map((rttMs, index): Told => [index, rttMs, 1]);
      const whole = { minSamples: rtts.length, minWindowMs: 0, maxWindowMs: 1e6, percentile };
      const [window] = windowsOf(told, whole);
      const rank = Math.max(1, Math.ceil((percentile / 100) * rtts.length));
      const exact = rtts.toSorted((a, b) => a - b)[rank - 1]!;
      expect(Math.abs(window!.rttMs / exact - 1)).toBeLessThan(0.01);
    }),
    { numRuns: 300 },
  );
});

test("times that no bucket is for count as the nearest", () => {
  const told: Told[] = [0, 0, 1e9].map((rttMs, index) => [index, rttMs, 1]);
  const at = (percentile: number) =>
    windowsOf(told, { minSamples: 3, minWindowMs: 0, percentile })[0]!.rttMs;
  expect(at(50)).toBeLessThan(0.001);
  expect(at(100)).toBeGreaterThan(9e8);
});

test("every sample that makes sense is in exactly one window", () => {
  const gaps = fc.array(fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 50 })), { maxLength: 200 });
  fc.assert(
    fc.property(gaps, (steps) => {
      let nowMs = 0;
      const told = steps.map(([gapMs, inFlight]): Told => {
        nowMs += gapMs;
        return [nowMs, 1, inFlight];
      });
      const windows = windowsOf(told, options);
      const counted = windows.reduce((sum, { count }) => sum + count, 0);
      let from = 0;
      for (const { count, inFlight } of windows) {
        const part = told.slice(from, from + count).map(([, , each]) => each);
        expect(inFlight).toBe(Math.max(...part));
        from += count;
      }
      expect(counted).toBeLessThanOrEqual(told.length);
      expect(told.slice(from)).toHaveLength(told.length - counted);
    }),
  );
});

function windowsOf(told: readonly Told[], how: WindowOptions): Sample[] {
  const windows: Sample[] = [];
  const algorithm = windowed(recorder(windows), how);
  for (const [nowMs, rttMs, inFlight, outcome = "success"] of told) {
    algorithm.onSample({ nowMs, rttMs, inFlight, outcome, count: 1 });
  }
  return windows;
}

function recorder(into: Sample[]): LimitAlgorithm {
  return { name: "recorder", limit: 3, onSample: (sample) => into.push(sample) };
}
