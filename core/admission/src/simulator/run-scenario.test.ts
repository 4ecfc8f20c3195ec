import { expect, test } from "bun:test";
import { fixed } from "../algorithms/fixed.ts";
import { concurrencyLimiter } from "../concurrency-limiter.ts";
import type { Limiter, RequestContext } from "../limiter.ts";
import type { Rejection } from "../rejection.ts";
import { type Arrivals, steady } from "./arrivals.ts";
import type { ClientModel } from "./clients.ts";
import type { Distribution } from "./distribution.ts";
import type { ScenarioResult } from "./result.ts";
import { type LimiterParts, runScenario } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";
import type { ServerModel } from "./server.ts";
import { Semaphore } from "./testing/semaphore.ts";

const constant = (ms: number): Distribution => ({ kind: "constant", ms });
const even = (ratePerSecond: number, durationMs: number): Arrivals => {
  return { kind: "even", stages: [steady(ratePerSecond, durationMs)] };
};
const once: Arrivals = { kind: "bursts", everyMs: 5000, size: 1 };
const oneWorker: ServerModel = { workers: 1, serviceMs: constant(100), maxQueued: 1000 };

interface Given {
  readonly server?: Partial<ServerModel>;
  readonly arrivals?: Arrivals;
  readonly client?: ClientModel;
  readonly context?: RequestContext;
  readonly scenario?: Partial<Scenario>;
  readonly limiter?: (parts: LimiterParts) => Limiter;
  readonly seed?: number;
  readonly maxEvents?: number;
}

/** Ten seconds of a server that works on one at a time, for 100 ms. */
function run(given: Given): Promise<ScenarioResult> {
  const { server, arrivals, client, context, scenario, limiter, seed, maxEvents } = given;
  return runScenario({
    scenario: {
      ...{ name: "test", description: "", durationMs: 10_000, phases: [] },
      server: { ...oneWorker, ...server },
      traffic: [{ arrivals: arrivals ?? once, client: client ?? {}, context }],
      ...scenario,
    },
    limiter: limiter ?? (() => new Semaphore({ limit: 1000, maxQueued: 0 })),
    ...{ seed: seed ?? 1, maxEvents: maxEvents ?? 10_000 },
  });
}

const semaphore = (limit: number, maxQueued = 0) => ({
  limiter: () => new Semaphore({ limit, maxQueued }),
});

const random: Given = {
  arrivals: { kind: "poisson", stages: [steady(12, 10_000)] },
  server: { serviceMs: { kind: "lognormal", medianMs: 80, p99Ms: 400 } },
  client: { timeoutMs: 500, retries: { maxAttempts: 3, backoff: { baseMs: 20, maxMs: 80 } } },
  ...semaphore(3, 4),
};

test("the same seed gives the same run to the last digit, another one another", async () => {
  const result = await run(random);
  expect(await run(random)).toEqual(result);
  expect((await run({ ...random, seed: 2 })).whole.meanMs).not.toBe(result.whole.meanMs);
});

test("the same requests come to every limiter", async () => {
  const loose = await run({ ...random, ...semaphore(100) });
  const tight = await run({ ...random, ...semaphore(1) });
  const startedOf = (result: ScenarioResult) => result.overTime.map(({ started }) => started);
  expect(startedOf(tight)).toEqual(startedOf(loose));
  expect(tight.whole.admitted).toBeLessThan(loose.whole.admitted);
});

test.each<[string, Given, Partial<ScenarioResult["whole"]>]>([
  ["one request", {}, { started: 1, offered: 1, admitted: 1, completed: 1, goodPerSecond: 0.1 }],
  [
    "a timeout, after which the server works on in vain",
    { client: { timeoutMs: 50 } },
    { offered: 1, timedOut: 1, gaveUp: 1, completed: 1, goodPerSecond: 0, meanMs: 100 },
  ],
  [
    "retries at once, which find the worker at work for nobody",
    { client: { timeoutMs: 50, retries: { maxAttempts: 3 } } },
    { started: 1, offered: 3, timedOut: 3, gaveUp: 1, completed: 3, goodPerSecond: 0 },
  ],
  [
    "a retry that finds it free again",
    {
      client: { timeoutMs: 160, retries: { maxAttempts: 3 } },
      server: { slowdowns: [{ fromMs: 0, untilMs: 5001, serviceMs: constant(200) }] },
    },
    { offered: 2, timedOut: 1, gaveUp: 0, completed: 2, goodPerSecond: 0.1 },
  ],
  [
    "retries after being shed",
    {
      ...semaphore(1),
      arrivals: { kind: "bursts", everyMs: 5000, size: 3 },
      client: { retries: { maxAttempts: 4 } },
      scenario: { durationMs: 9000 },
    },
    { started: 3, offered: 9, admitted: 1, shed: { limit: 8 }, gaveUp: 2 },
  ],
  [
    "a budget, which stops retries but not requests",
    {
      ...semaphore(1),
      arrivals: { kind: "bursts", everyMs: 1000, size: 9 },
      client: { retries: { maxAttempts: 4, budget: { perRequest: 0.125, burst: 2 } } },
      scenario: { durationMs: 5500 },
    },
    // Two that were kept, and an eighth of 45; what is left over is not enough for one more.
    { started: 45, offered: 45 + 7, admitted: 5 },
  ],
  [
    "a server that refuses what the limiter lets in",
    { server: { maxQueued: 0 }, arrivals: { kind: "bursts", everyMs: 6000, size: 3 } },
    { offered: 3, admitted: 3, refused: 2, completed: 1, gaveUp: 2, shed: {} },
  ],
  [
    "clients that wait for each other's answers",
    { arrivals: { kind: "closed", clients: 2, thinkMs: constant(300) } },
    // Each takes 300 + 100 ms, but for the first of the second, which waits for the other's.
    { started: 49, goodPerSecond: 4.8 },
  ],
])("%s", async (_name, given, want) => {
  expect((await run(given)).whole).toMatchObject(want);
});

test("a limiter's queue holds what comes until there is room, and forgets who has gone", async () => {
  const burst: Arrivals = { kind: "bursts", everyMs: 6000, size: 5 };
  const { whole, overTime } = await run({ ...semaphore(1, 3), arrivals: burst });
  expect(whole).toMatchObject({ admitted: 4, shed: { queue_full: 1 }, completed: 4 });
  expect(whole.p99Ms / 400).toBeCloseTo(1, 2);
  expect(overTime[6]).toMatchObject({ limit: 1, inFlight: 1, queued: 3 });
  const timeoutMs = 150;
  const server = { workers: 2 };
  const gone = await run({ ...semaphore(1, 3), server, arrivals: burst, client: { timeoutMs } });
  expect(gone.whole).toMatchObject({
    ...{ admitted: 2, shed: { queue_full: 1, aborted: 2 }, timedOut: 3, gaveUp: 4 },
    // The other worker had nothing to do; but whoever goes is not shed falsely.
    ...{ completed: 2, goodPerSecond: 0.1, falseShedShare: 0.2 },
  });
});

test("the package's own limiter with a queue loses nobody, the same way each time", async () => {
  const queue = { maxSize: 4, maxWaitMs: 250, order: "fifo" } as const;
  const given: Given = {
    ...random,
    limiter: ({ clock }) => {
      const algorithm = fixed(1);
      return concurrencyLimiter({ name: "real", algorithm, clock, queue, mode: "enforce" });
    },
  };
  const result = await run(given);
  const { offered, admitted, shed } = result.whole;
  const { queued } = result.overTime.at(-1)!;
  const sum = Object.values(shed).reduce((all, count) => all + count, 0);
  expect(new Set(Object.keys(shed))).toEqual(new Set(["queue_full", "queue_timeout"]));
  expect(offered - admitted - sum).toBeLessThanOrEqual(4);
  expect(offered).toBeGreaterThan(admitted + sum - 1);
  expect(queued).toBeLessThanOrEqual(4);
  expect(Math.max(...result.overTime.map(({ inFlight }) => inFlight))).toBe(1);
  expect(await run(given)).toEqual(result);
});

test("what the limiter's queue held at the end is counted nowhere", async () => {
  const arrivals: Arrivals = { kind: "bursts", everyMs: 9950, size: 3 };
  const scenario = { durationMs: 9970 };
  const { whole, overTime } = await run({ ...semaphore(1, 2), arrivals, scenario });
  expect(whole).toMatchObject({ offered: 3, admitted: 1, shed: {}, completed: 0 });
  expect(overTime.at(-1)).toMatchObject({ offered: 3, admitted: 1, shed: 0 });
});

test("shed is false when a worker had nothing to do", async () => {
  const arrivals: Arrivals = { kind: "bursts", everyMs: 6000, size: 5 };
  const { whole } = await run({ arrivals, server: { workers: 3 }, ...semaphore(2) });
  expect([whole.shedShare, whole.falseShedShare]).toEqual([0.6, 0.6]);
  const busy = await run({ arrivals, server: { workers: 2 }, ...semaphore(2) });
  expect([busy.whole.shedShare, busy.whole.falseShedShare]).toEqual([0.6, 0]);
});

test("phases and seconds tell what happened in them", async () => {
  const { phases, overTime } = await run({
    ...{ arrivals: even(5, 4000), ...semaphore(1) },
    scenario: {
      durationMs: 6000,
      phases: [
        { name: "work", fromMs: 1000, untilMs: 3500 },
        { name: "rest", fromMs: 5000, untilMs: 6000 },
      ],
    },
  });
  // At 0.1, 0.3 …, each for 0.1 s.
  expect(phases).toMatchObject([
    { name: "work", started: 12, goodPerSecond: 13 / 2.5, meanLimit: 1 },
    { name: "rest", started: 0, goodPerSecond: 0, meanInFlight: 0, p50Ms: Number.NaN },
  ]);
  expect(phases[0]!.meanInFlight).toBeCloseTo(0.48, 9);
  expect(overTime.map(({ atMs, good }) => [atMs, good])).toEqual([
    ...[
      [0, 4],
      [1000, 5],
      [2000, 5],
    ],
    ...[
      [3000, 5],
      [4000, 1],
      [5000, 0],
    ],
  ]);
});

test.each<[string, untilMs: number, factor: number, recoveryMs: number | undefined]>([
  ["at once, when nothing is left of it", 5000, 1, 0],
  ["when the line has gone", 5000, 4, 1000],
  ["never, when it lasts", 1_000_000, 4, undefined],
])("a server recovers %s", async (_name, untilMs, factor, recoveryMs) => {
  const slowdowns = [{ fromMs: 4000, untilMs, serviceMs: constant(100 * factor) }];
  const result = await run({
    ...{ arrivals: even(5, 10_000), server: { slowdowns }, client: { timeoutMs: 350 } },
    scenario: { disturbedUntilMs: 5000 },
  });
  expect(result.recoveryMs).toBe(recoveryMs);
});

test("two good seconds are no recovery", async () => {
  const again = { fromMs: 7000, untilMs: 7500, serviceMs: constant(500) };
  const result = await run({
    ...{ arrivals: even(5, 12_000), server: { slowdowns: [again] }, client: { timeoutMs: 350 } },
    scenario: { durationMs: 12_000, disturbedUntilMs: 5000 },
  });
  expect(result.overTime.map(({ good }) => good)).toEqual([4, 5, 5, 5, 5, 5, 5, 3, 5, 5, 5, 5]);
  expect(result.recoveryMs).toBe(3000);
});

test("what was in vain or refused is released as dropped, the rest as success", async () => {
  const limiter = new Semaphore({ limit: 1000, maxQueued: 0 });
  await run({
    ...{ limiter: () => limiter, arrivals: { kind: "bursts", everyMs: 6000, size: 4 } },
    ...{ server: { maxQueued: 1 }, client: { timeoutMs: 150 } },
  });
  expect(limiter.snapshot().released).toEqual({ success: 1, dropped: 3 });
});

test.each([
  [undefined, [0, 5, 10]],
  [true, [0, 35, 70]],
])("after a rejection they wait for what it says, if they heed that: %p", async (heeds, atMs) => {
  const askedMs: number[] = [];
  const rejection: Rejection = {
    ...{
      admitted: false,
      reason: "limit",
      retryAfterMs: 30,
      limiter: "none",
      partition: undefined,
    },
  };
  const limiter = ({ clock }: LimiterParts): Limiter => {
    const none = new Semaphore({ limit: 1, maxQueued: 0 });
    const tryAcquire = () => {
      askedMs.push(clock.nowMs() - 5000);
      return rejection;
    };
    return {
      ...{ name: "none", tryAcquire, acquire: tryAcquire, close: () => {} },
      snapshot: () => none.snapshot(),
    };
  };
  const retries = { maxAttempts: 3, heedsRetryAfter: heeds };
  const backoff = { baseMs: 5, maxMs: 5 };
  await run({
    client: { retries: { ...retries, backoff } },
    ...{ limiter, scenario: { durationMs: 9000 } },
  });
  expect(askedMs).toHaveLength(3);
  for (const [index, each] of askedMs.entries())
    expect(each).toBeWithin(atMs[index]! - 10, atMs[index]! + 1);
});

test("a backoff is any time up to one that doubles, and no longer than its most", async () => {
  const times: number[] = [];
  const never = new Semaphore({ limit: 0, maxQueued: 0 });
  const client = { retries: { maxAttempts: 6, backoff: { baseMs: 10, maxMs: 50 } } };
  const delays: number[][] = [[], [], [], [], []];
  for (let seed = 0; seed < 200; seed += 1) {
    times.length = 0;
    const limiter = ({ clock }: LimiterParts): Limiter => ({
      ...{ name: "never", snapshot: () => never.snapshot(), close: () => never.close() },
      tryAcquire: () => never.tryAcquire(),
      acquire: () => {
        times.push(clock.nowMs());
        return never.tryAcquire();
      },
    });
    await run({ limiter, client, seed, arrivals: { kind: "bursts", everyMs: 6000, size: 1 } });
    for (const [index, delay] of delays.entries()) delay.push(times[index + 1]! - times[index]!);
  }
  const longest = delays.map((all) => Math.max(...all));
  const mean = delays.map((all) => all.reduce((sum, ms) => sum + ms, 0) / all.length);
  for (const [index, mostMs] of [10, 20, 40, 50, 50].entries()) {
    expect(longest[index]! / mostMs).toBeWithin(0.95, 1);
    expect(mean[index]! / mostMs).toBeWithin(0.4, 0.6);
  }
});

test("each request tells the limiter what the scenario says of it", async () => {
  const told: unknown[] = [];
  const limiter = (): Limiter => {
    const inner = new Semaphore({ limit: 1, maxQueued: 0 });
    return {
      ...{ name: "listening", snapshot: () => inner.snapshot(), close: () => inner.close() },
      tryAcquire: () => inner.tryAcquire(),
      acquire: (context) => {
        told.push(context);
        return inner.tryAcquire();
      },
    };
  };
  const arrivals: Arrivals = { kind: "bursts", everyMs: 6000, size: 1 };
  await run({ limiter, arrivals, context: { partition: "a", priority: 3 } });
  expect(told).toEqual([{ partition: "a", priority: 3 }]);
});

test("what a limiter throws comes out, also from its queue", async () => {
  const inner = new Semaphore({ limit: 1, maxQueued: 0 });
  const throwing = (acquire: Limiter["acquire"]) => () => ({
    ...{ name: "broken", snapshot: () => inner.snapshot(), close: () => inner.close() },
    ...{ tryAcquire: () => inner.tryAcquire(), acquire },
  });
  const now = throwing(() => {
    throw new Error("broken at once");
  });
  const later = throwing(() => Promise.reject(new Error("broken later")));
  await expect(run({ limiter: now })).rejects.toThrow("broken at once");
  await expect(run({ limiter: later })).rejects.toThrow("broken later");
});

test.each<[string, Given, string]>([
  ["no duration", { scenario: { durationMs: 0 } }, "durationMs 0"],
  ["a duration without end", { scenario: { durationMs: 1 / 0 } }, "durationMs Infinity"],
  [
    "a phase that ends first",
    { scenario: { phases: [{ name: "a", fromMs: 2, untilMs: 1 }] } },
    'phase "a".untilMs 1',
  ],
  ["a negative seed", { seed: -1 }, "seed -1"],
  ["no room for events", { maxEvents: 1 }, "maxEvents 1"],
  ["a negative timeout", { client: { timeoutMs: -1 } }, "client.timeoutMs -1"],
  ["no attempt", { client: { retries: { maxAttempts: 0 } } }, "retries.maxAttempts 0"],
  [
    "a backoff that shrinks",
    { client: { retries: { maxAttempts: 2, backoff: { baseMs: 2, maxMs: 1 } } } },
    "backoff.maxMs 1",
  ],
  [
    "a negative budget",
    { client: { retries: { maxAttempts: 2, budget: { perRequest: -1, burst: 1 } } } },
    "budget.perRequest -1",
  ],
])("%s is refused", async (_name, given, words) => {
  await expect(run(given)).rejects.toThrow(`Cannot use ${words}: `);
});
