import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { LimitAlgorithm } from "../algorithm.ts";
import { defaultAlgorithm } from "../default-algorithm.ts";
import { windowed } from "../windowed.ts";
import { type AimdOptions, aimd } from "./aimd.ts";
import type { LimitBounds } from "./bounds.ts";
import { fixed } from "./fixed.ts";
import { gradient2 } from "./gradient2.ts";
import { plateau } from "./plateau.ts";
import { vegas } from "./vegas.ts";

const small = { minSamples: 2, minWindowMs: 0, maxWindowMs: 10 };

/** Every algorithm keeps these promises, alone and in windows. */
const algorithms: readonly (readonly [string, (bounds?: LimitBounds) => LimitAlgorithm])[] = [
  ["aimd", aimd],
  ["vegas", vegas],
  ["gradient2", gradient2],
  ["plateau", plateau],
  ["aimd in windows", (bounds) => windowed(aimd(bounds), { ...small, percentile: 50 })],
  ["vegas in windows", (bounds) => windowed(vegas(bounds), small)],
  ["gradient2 in windows", (bounds) => windowed(gradient2(bounds), { ...small, percentile: 99 })],
  ["the default", (bounds) => defaultAlgorithm({ ...bounds, window: small })],
];

const strange = [0, -0, -1, 1e-320, 1e300, Number.NaN, Infinity, -Infinity, 2 ** 53];
const oftenStrange = (likely: fc.Arbitrary<number>) =>
  fc.oneof({ weight: 4, arbitrary: likely }, { weight: 1, arbitrary: fc.constantFrom(...strange) });
const samples = fc.array(
  fc.record({
    rttMs: oftenStrange(fc.double({ min: 0, max: 1e5, noNaN: true })),
    inFlight: oftenStrange(fc.nat(300)),
    outcome: fc.constantFrom("success" as const, "success" as const, "dropped" as const),
    nowMs: oftenStrange(fc.nat(100_000)),
    count: oftenStrange(fc.nat(500)),
  }),
  { maxLength: 300 },
);
const bounds = fc
  .tuple(fc.integer({ min: 1, max: 50 }), fc.nat(50), fc.nat(50))
  .map(([min, more, most]) => ({ min, initial: min + more, max: min + more + most }));

describe.each(algorithms)("%s", (_name, make) => {
  test("stays a number between its bounds, whatever it is told", () => {
    fc.assert(
      fc.property(bounds, samples, (between, told) => {
        const algorithm = make(between);
        expect(algorithm.limit).toBe(between.initial);
        for (const sample of told) {
          algorithm.onSample(sample);
          expect(algorithm.limit).toBeGreaterThanOrEqual(between.min);
          expect(algorithm.limit).toBeLessThanOrEqual(between.max);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("gives the same limits for the same samples", () => {
    fc.assert(
      fc.property(samples, (told) => {
        const [one, other] = [make(), make()];
        for (const sample of told) {
          one.onSample(sample);
          other.onSample(sample);
        }
        expect(one.limit).toBe(other.limit);
      }),
      { numRuns: 50 },
    );
  });

  test("still works after any nonsense", () => {
    fc.assert(
      fc.property(samples, (told) => {
        const algorithm = make({ initial: 10, max: 40 });
        for (const sample of told) algorithm.onSample(sample);
        // All times out: a limit that can still move comes down.
        for (let step = 0; step < 200; step += 1) {
          const inFlight = Math.floor(algorithm.limit);
          const nowMs = 1e6 + step * 1000;
          algorithm.onSample({ rttMs: 100, inFlight, outcome: "dropped", nowMs, count: 50 });
        }
        expect(algorithm.limit).toBeLessThan(3);
      }),
      { numRuns: 50 },
    );
  });

  test("does not grow while less than half of it is used", () => {
    const algorithm = make({ initial: 40 });
    for (let step = 1; step <= 500; step += 1) {
      const nowMs = step * 300;
      algorithm.onSample({ rttMs: 10, inFlight: 5, outcome: "success", nowMs, count: 50 });
    }
    expect(algorithm.limit).toBeLessThanOrEqual(40);
  });

  const wrong: AimdOptions[] = [
    { min: 0 },
    { min: Number.NaN },
    { initial: 0.5 },
    { initial: Number.NaN },
    { initial: -3 },
    { max: Infinity },
    { max: 0 },
    { min: 10, max: 9 },
    { initial: 9, max: 8 },
    { initial: 9, min: 10 },
  ];
  test.each(wrong)("refuses %j", (options) => {
    const cannot = expect.objectContaining({
      code: "bad_option",
      message: expect.stringMatching(/^Cannot use (min|max|initial) /),
    });
    expect(() => make(options)).toThrow(cannot);
  });

  test.each([[{ min: 500 }], [{ max: 3 }], [{ initial: 20_000 }]])(
    "makes room for %j",
    (options) => {
      const wanted = { min: 500, max: 3, initial: 20_000, ...options };
      expect([wanted.min, wanted.max, wanted.initial]).toContain(make(options).limit);
    },
  );
});

const badOptions: readonly (readonly [string, () => unknown])[] = [
  ["limit 0", () => fixed(0)],
  ["limit NaN", () => fixed(Number.NaN)],
  ["limit Infinity", () => fixed(Infinity)],
  ["backoff 1", () => aimd({ backoff: 1 })],
  ["timeoutMs 0", () => aimd({ timeoutMs: 0 })],
  ["smoothing 1.1", () => vegas({ smoothing: 1.1 })],
  ["probeMultiplier 0", () => vegas({ probeMultiplier: 0 })],
  ["smoothing 0", () => gradient2({ smoothing: 0 })],
  ["queue -1", () => gradient2({ queue: -1 })],
  ["longWindow 0", () => gradient2({ longWindow: 0 })],
  ["tolerance 0.9", () => gradient2({ tolerance: 0.9 })],
  ["maxHealthyRttMs NaN", () => gradient2({ maxHealthyRttMs: Number.NaN })],
  ["maxHealthyRttMs -1", () => plateau({ maxHealthyRttMs: -1 })],
  ["probeEveryMs 1", () => plateau({ probeEveryMs: 1 })],
  ["minSamples 0", () => windowed(fixed(1), { minSamples: 0 })],
  ["minWindowMs -1", () => windowed(fixed(1), { minWindowMs: -1 })],
  ["maxWindowMs 5", () => windowed(fixed(1), { minWindowMs: 6, maxWindowMs: 5 })],
  ["percentile 0", () => windowed(fixed(1), { percentile: 0 })],
  ["percentile 101", () => windowed(fixed(1), { percentile: 101 })],
  ["dropTolerance 1.5", () => windowed(fixed(1), { dropTolerance: 1.5 })],
];

test.each(badOptions)("refuses %s", (option, make) => {
  const message = expect.stringContaining(`Cannot use ${option}: it takes `);
  expect(make).toThrow(expect.objectContaining({ code: "bad_option", message }));
});
