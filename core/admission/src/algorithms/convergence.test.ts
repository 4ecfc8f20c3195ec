import { describe, expect, test } from "bun:test";
import type { LimitAlgorithm } from "../algorithm.ts";
import { defaultAlgorithm } from "../default-algorithm.ts";
import { windowed } from "../windowed.ts";
import { aimd } from "./aimd.ts";
import { fixed } from "./fixed.ts";
import { gradient2 } from "./gradient2.ts";
import { type QueueModel, runQueueModel, type Span } from "./queue-model.ts";
import { vegas } from "./vegas.ts";

/** Exponential, as of many small steps; 10 workers of 20 ms do 500 a second. */
const ms20 = (draw: number) => -Math.log(1 - draw) * 20;
const ms100 = (draw: number) => -Math.log(1 - draw) * 100;
const twoKinds = (draw: number) => (draw < 0.95 ? 5 : 500);
const seeds = [1, 2, 3];

const overload: QueueModel = {
  workers: 10,
  phases: [
    { untilS: 30, perSecond: 250, serviceMs: ms20 },
    { untilS: 150, perSecond: 1000, serviceMs: ms20 },
    { untilS: 180, perSecond: 250, serviceMs: ms20 },
  ],
};

describe.each(seeds)("the default algorithm (seed %d)", (seed) => {
  const run = (model: QueueModel, algorithm: LimitAlgorithm = defaultAlgorithm()) =>
    runQueueModel(algorithm, { ...model, seed });

  test("at twice what the server can do: its whole goodput, and short times", () => {
    const span = run(overload);
    const best = run(overload, fixed(16))(40, 150);
    const late = span(40, 150);
    expect(late.servedPerSecond).toBeGreaterThan(0.97 * best.servedPerSecond);
    expect(percentile(late, 99)).toBeLessThan(2 * percentile(span(5, 30), 99));
    expect(mean(late)).toBeWithin(11, 24);
  });

  test("a light load is shed nothing before, and next to nothing from 3 s after", () => {
    const span = run(overload);
    expect(span(0, 30).shed).toBe(0);
    expect(span(153, 180).shed / span(153, 180).offered).toBeLessThan(0.001);
  });

  test("five times as much, from the first second on, changes nothing", () => {
    const phases = [{ untilS: 60, perSecond: 2500, serviceMs: ms20 }];
    const late = run({ workers: 10, phases })(10, 60);
    expect(late.servedPerSecond).toBeGreaterThan(480);
    expect(mean(late)).toBeWithin(10, 22);
  });

  test("an overload that lasts is not taken for normal", () => {
    const phases = [{ untilS: 600, perSecond: 1000, serviceMs: ms20 }];
    const span = run({ workers: 10, phases });
    expect(mean(span(540, 600))).toBeWithin(13, 20);
    expect(mean(span(540, 600)) / mean(span(30, 90))).toBeLessThan(1.1);
  });

  test("a server with many workers is found within seconds, though it begins far below", () => {
    const phases = [{ untilS: 40, perSecond: 4000, serviceMs: (a: number) => 10 * ms20(a) }];
    const span = run({ workers: 400, phases }, defaultAlgorithm({ initial: 20 }));
    expect(span(15, 40).servedPerSecond).toBeGreaterThan(1900);
  });

  test("a dependency that becomes slow: still as many at work, and back in seconds", () => {
    const span = run({
      workers: 10,
      phases: [
        { untilS: 30, perSecond: 300, serviceMs: ms20 },
        { untilS: 90, perSecond: 300, serviceMs: ms100 },
        { untilS: 120, perSecond: 300, serviceMs: ms20 },
      ],
    });
    expect(span(45, 90).servedPerSecond).toBeGreaterThan(85);
    expect(percentile(span(45, 90), 50)).toBeLessThan(300);
    expect(span(95, 120).shed / span(95, 120).offered).toBeLessThan(0.01);
  });

  test("quick and slow requests together, a third of the workers busy: sheds nothing", () => {
    const phases = [{ untilS: 120, perSecond: 600, serviceMs: twoKinds }];
    expect(run({ workers: 50, phases })(0, 120).shed).toBe(0);
  });

  test("pauses of garbage collection do not make the limit collapse", () => {
    const pauses = [35, 45, 55, 65, 75].map((fromS) => [fromS, fromS + 0.2] as const);
    const span = run({ ...overload, pauses });
    const between = span(40, 80);
    expect(Math.min(...between.limits)).toBeGreaterThanOrEqual(3);
    expect(between.servedPerSecond).toBeGreaterThan(460);
  });
});

test("no seed leaves the limit too low for good when a dependency becomes slow", () => {
  const phases = [
    { untilS: 60, perSecond: 300, serviceMs: ms20 },
    { untilS: 180, perSecond: 300, serviceMs: ms100 },
  ];
  for (let seed = 1; seed <= 40; seed += 1) {
    const span = runQueueModel(defaultAlgorithm(), { workers: 10, phases, seed });
    expect(span(100, 180).servedPerSecond).toBeGreaterThan(88);
  }
});

test("few and slow requests: their windows are long, the limit is found all the same", () => {
  const phases = [
    { untilS: 600, perSecond: 2, serviceMs: (draw: number) => 25 * ms20(draw) },
    { untilS: 3600, perSecond: 8, serviceMs: (draw: number) => 25 * ms20(draw) },
  ];
  for (const seed of seeds) {
    const span = runQueueModel(defaultAlgorithm(), { workers: 2, phases, seed });
    expect(span(0, 600).shed).toBe(0);
    expect(span(1200, 3600).servedPerSecond).toBeGreaterThan(3.4);
    expect(mean(span(1200, 3600))).toBeLessThan(12);
  }
});

test("a baseline that may be no worse than healthy sheds what lasts", () => {
  const phases = [{ untilS: 60, perSecond: 300, serviceMs: ms100 }];
  const model = { workers: 100, phases };
  const limits = (maxHealthyRttMs?: number) =>
    mean(runQueueModel(defaultAlgorithm({ maxHealthyRttMs }), model)(30, 60));
  expect(limits()).toBe(100);
  expect(limits(20)).toBeLessThan(20);
});

const published: readonly (readonly [string, LimitAlgorithm, number, number])[] = [
  ["aimd with a timeout", windowed(aimd({ timeoutMs: 60 })), 8, 60],
  ["vegas", windowed(vegas()), 8, 40],
  ["gradient2", windowed(gradient2()), 12, 80],
];

test.each(published)("%s in windows holds a limit in an overload", (_name, algorithm, from, to) => {
  const late = runQueueModel(algorithm, overload)(60, 150);
  expect(mean(late)).toBeWithin(from, to);
  expect(late.servedPerSecond).toBeGreaterThan(420);
});

function mean({ limits }: Span): number {
  return limits.reduce((sum, limit) => sum + limit, 0) / limits.length;
}

function percentile({ sortedMs }: Span, percent: number): number {
  return sortedMs[Math.floor((sortedMs.length - 1) * (percent / 100))]!;
}
