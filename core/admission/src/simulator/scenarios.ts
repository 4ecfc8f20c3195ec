import { type RateStage, steady } from "./arrivals.ts";
import type { Period } from "./checks.ts";
import type { ClientModel } from "./clients.ts";
import type { Distribution } from "./distribution.ts";
import type { Expectation, Measure, SuiteScenario } from "./expectation.ts";
import type { Traffic } from "./scenario.ts";
import type { ServerModel } from "./server.ts";

const s = 1000;
const exponentialOf = (meanMs: number): Distribution => ({ kind: "exponential", meanMs });

/** Ten workers of 20 ms: 500/s at most. At half of that the p99 is 93 ms. */
const tenWorkers: ServerModel = {
  ...{ workers: 10, serviceMs: exponentialOf(20), maxQueued: 1e6 },
};
/** 95 % of the 500/s that the best fixed limit brings in the same overload, and 97 %. */
const GOOD_PER_SECOND = 475;
const GOAL_PER_SECOND = 485;
/** The larger of twice the p99 at half load, and 20 ms more than it. */
const P99_MS = 2 * 93;
const patient: ClientModel = { timeoutMs: 1 * s };
const poisson = (stages: readonly RateStage[], client: ClientModel = patient): Traffic[] => {
  return [{ arrivals: { kind: "poisson", stages }, client }];
};
const phase = (name: string, fromMs: number, untilMs: number) => ({ name, fromMs, untilMs });
const atLeast = (phaseName: string, measure: Measure, least: number): Expectation => {
  return { phase: phaseName, measure, atLeast: least };
};
const atMost = (phaseName: string, measure: Measure, most: number): Expectation => {
  return { phase: phaseName, measure, atMost: most };
};

const lightLoad: SuiteScenario = {
  ...{ name: "light load", durationMs: 40 * s, server: tenWorkers, shown: "whole run" },
  description: "Ten workers of 20 ms at half of what they can do.",
  traffic: poisson([steady(250, 40 * s)]),
  phases: [],
  healthy: [
    atMost("whole run", "shedShare", 0.005),
    atMost("whole run", "falseShedShare", 0),
    atMost("whole run", "p99Ms", 100),
  ],
  goals: [atMost("whole run", "shedShare", 0)],
};

const overload2: SuiteScenario = {
  ...{ name: "2× overload", durationMs: 70 * s, server: tenWorkers, shown: "overload" },
  description: "Half load for 15 s, twice what they can do for 40 s, half load again.",
  traffic: poisson([steady(250, 15 * s), steady(1000, 40 * s), steady(250, 15 * s)]),
  phases: [
    phase("before", 5 * s, 15 * s),
    phase("overload", 35 * s, 55 * s),
    phase("after", 57 * s, 70 * s),
  ],
  disturbedUntilMs: 55 * s,
  healthy: [
    atLeast("overload", "goodPerSecond", GOOD_PER_SECOND),
    atMost("overload", "p50Ms", 100),
    atMost("overload", "p99Ms", P99_MS),
    atMost("overload", "recoveryMs", 2 * s),
    atMost("after", "shedShare", 0.01),
  ],
  goals: [atLeast("overload", "goodPerSecond", GOAL_PER_SECOND)],
};

const overload5: SuiteScenario = {
  ...{ name: "5× overload", durationMs: 45 * s, server: tenWorkers, shown: "overload" },
  description: "Half load for 10 s, five times what they can do for 25 s, half load again.",
  traffic: poisson([steady(250, 10 * s), steady(2500, 25 * s), steady(250, 10 * s)]),
  phases: [phase("overload", 20 * s, 35 * s), phase("after", 37 * s, 45 * s)],
  disturbedUntilMs: 35 * s,
  healthy: [
    atLeast("overload", "goodPerSecond", GOOD_PER_SECOND),
    atMost("overload", "p99Ms", P99_MS),
    atMost("overload", "recoveryMs", 2 * s),
    atMost("after", "shedShare", 0.02),
  ],
  goals: [atLeast("overload", "goodPerSecond", GOAL_PER_SECOND)],
};

/** Half load for 10 s, an overload for 25 s of which the last 20 count, half load again. */
const overloadOf = (
  { name, description, p99Ms }: { name: string; description: string; p99Ms: number },
  server: ServerModel,
  timesCapacity: number,
): SuiteScenario => ({
  ...{ name, description, durationMs: 45 * s, server, shown: "overload" },
  traffic: poisson([steady(250, 10 * s), steady(500 * timesCapacity, 25 * s), steady(250, 10 * s)]),
  phases: [phase("overload", 15 * s, 35 * s), phase("after", 37 * s, 45 * s)],
  disturbedUntilMs: 35 * s,
  healthy: [
    atLeast("overload", "goodPerSecond", GOOD_PER_SECOND),
    atMost("overload", "p99Ms", p99Ms),
    atMost("overload", "recoveryMs", 2 * s),
    atMost("after", "shedShare", 0.005),
  ],
  goals: [atLeast("overload", "goodPerSecond", GOAL_PER_SECOND)],
});

/** As timers are: a p99 of 24 ms at half load. */
const evenWorkers: ServerModel = { ...tenWorkers, serviceMs: { kind: "constant", ms: 20 } };
/** 500/s at most, with a p99 of 9 ms at half load. */
const oneThread: ServerModel = {
  ...{ workers: 1, serviceMs: { kind: "constant", ms: 2 }, maxQueued: 1e6 },
};

const evenWork2 = overloadOf(
  {
    name: "even work, 2×",
    description: "Ten workers of exactly 20 ms, as timers are; twice what they can do for 25 s.",
    p99Ms: 24 + 24,
  },
  evenWorkers,
  2,
);
const evenWork5 = overloadOf(
  {
    name: "even work, 5×",
    description: "The same workers; five times what they can do for 25 s.",
    p99Ms: 24 + 24,
  },
  evenWorkers,
  5,
);
const oneThread2 = overloadOf(
  {
    name: "one thread, 2×",
    description: "One worker of exactly 2 ms; twice what it can do for 25 s.",
    p99Ms: 9 + 20,
  },
  oneThread,
  2,
);
const oneThread5 = overloadOf(
  {
    name: "one thread, 5×",
    description: "The same worker; five times what it can do for 25 s.",
    p99Ms: 9 + 20,
  },
  oneThread,
  5,
);

const slowDependency: SuiteScenario = {
  ...{ name: "slow dependency", durationMs: 80 * s, shown: "slow" },
  description: "300/s; from 15 to 55 s the work takes 100 ms instead of 20: 100/s at most.",
  server: {
    ...tenWorkers,
    slowdowns: [{ fromMs: 15 * s, untilMs: 55 * s, serviceMs: exponentialOf(100) }],
  },
  traffic: poisson([steady(300, 80 * s)]),
  phases: [phase("slow", 35 * s, 55 * s), phase("after", 60 * s, 80 * s)],
  disturbedUntilMs: 55 * s,
  healthy: [
    atLeast("slow", "goodPerSecond", 92),
    atMost("slow", "p99Ms", 930),
    atMost("slow", "recoveryMs", 5 * s),
    atMost("after", "shedShare", 0.02),
  ],
  goals: [],
};

const recovery: SuiteScenario = {
  ...{ name: "recovery", durationMs: 35 * s, server: tenWorkers, shown: "after" },
  description: "Half load, ten times what they can do from 10 to 15 s, half load again.",
  traffic: poisson([steady(250, 10 * s), steady(5000, 5 * s), steady(250, 20 * s)]),
  phases: [phase("spike", 10 * s, 15 * s), phase("after", 16 * s, 35 * s)],
  disturbedUntilMs: 15 * s,
  healthy: [
    atLeast("spike", "goodPerSecond", GOOD_PER_SECOND),
    atMost("after", "recoveryMs", 1 * s),
    atMost("after", "shedShare", 0.02),
    atMost("after", "falseShedShare", 0),
  ],
  goals: [],
};

const mixedLatencies: SuiteScenario = {
  ...{ name: "mixed latencies", durationMs: 40 * s, shown: "steady" },
  description: "Fifty workers, 600/s of which 95 % take 5 ms and 5 % half a second: 18 are busy.",
  server: {
    ...{ workers: 50, maxQueued: 1e6 },
    serviceMs: {
      kind: "mixed",
      parts: [
        { share: 0.95, of: { kind: "constant", ms: 5 } },
        { share: 0.05, of: { kind: "constant", ms: 500 } },
      ],
    },
  },
  traffic: poisson([steady(600, 40 * s)]),
  phases: [phase("steady", 10 * s, 40 * s)],
  healthy: [atMost("steady", "shedShare", 0.005), atMost("steady", "falseShedShare", 0.005)],
  goals: [atMost("whole run", "shedShare", 0)],
};

const gcPauses: Period[] = Array.from({ length: 8 }, (_, index) => {
  return { fromMs: (3 + 5 * index) * s, untilMs: (3.2 + 5 * index) * s };
});

const gcPause: SuiteScenario = {
  ...{ name: "GC pause", durationMs: 40 * s, shown: "whole run" },
  description: "Half load; all workers stand still for 200 ms every 5 s.",
  server: { ...tenWorkers, pauses: gcPauses },
  traffic: poisson([steady(250, 40 * s)]),
  phases: [],
  healthy: [
    atLeast("whole run", "goodPerSecond", 235),
    atMost("whole run", "falseShedShare", 0),
    atMost("whole run", "p99Ms", 400),
  ],
  goals: [],
};

const quickPauses: Period[] = Array.from({ length: 10 }, (_, second) => {
  return { fromMs: (second + 0.5) * s, untilMs: (second + 0.51) * s };
});

const quickWork: SuiteScenario = {
  ...{ name: "quick work in bursts", durationMs: 10 * s, shown: "whole run" },
  description:
    "One worker of 0.05 ms at half of its 20,000/s; it stands still for 10 ms every second.",
  server: {
    workers: 1,
    serviceMs: { kind: "constant", ms: 0.05 },
    maxQueued: 1e6,
    pauses: quickPauses,
  },
  traffic: poisson([steady(10_000, 10 * s)]),
  phases: [],
  healthy: [
    atMost("whole run", "shedShare", 0.004),
    atMost("whole run", "falseShedShare", 0.001),
    atMost("whole run", "p99Ms", 30),
  ],
  goals: [],
};

const retryStorm: SuiteScenario = {
  ...{ name: "retry storm", durationMs: 40 * s, shown: "after" },
  description:
    "300/s from clients who wait 500 ms and try four times, at once; the work takes 200 ms from 10 to 15 s.",
  server: {
    ...tenWorkers,
    slowdowns: [{ fromMs: 10 * s, untilMs: 15 * s, serviceMs: exponentialOf(200) }],
  },
  traffic: poisson([steady(300, 40 * s)], { timeoutMs: 500, retries: { maxAttempts: 4 } }),
  phases: [phase("after", 20 * s, 40 * s)],
  disturbedUntilMs: 15 * s,
  healthy: [
    atLeast("after", "goodPerSecond", 285),
    atMost("after", "shedShare", 0.02),
    atMost("after", "recoveryMs", 3 * s),
  ],
  goals: [],
};

const toldRetries: SuiteScenario = {
  ...{ ...retryStorm, name: "retries as told", shown: "slow" },
  description: "The same storm, by clients who come back as Retry-After says, up to 100 ms later.",
  traffic: poisson([steady(300, 40 * s)], {
    timeoutMs: 500,
    retries: { maxAttempts: 4, backoff: { baseMs: 100, maxMs: 100 }, heedsRetryAfter: true },
  }),
  phases: [phase("slow", 10 * s, 15 * s), ...retryStorm.phases],
};

const coldStart: SuiteScenario = {
  ...{ name: "cold start", durationMs: 40 * s, shown: "cold" },
  description: "300/s from the beginning; the work takes five times as long at first, until 20 s.",
  server: { ...tenWorkers, coldStart: { durationMs: 20 * s, factor: 5 } },
  traffic: poisson([steady(300, 40 * s)]),
  phases: [phase("cold", 2 * s, 12 * s), phase("warm", 25 * s, 40 * s)],
  disturbedUntilMs: 20 * s,
  healthy: [
    // It can do 109/s at 2 s, 192/s at 12 s: 143/s at most.
    atLeast("cold", "goodPerSecond", 100),
    atMost("cold", "p99Ms", 1300),
    atMost("cold", "recoveryMs", 2 * s),
    atMost("warm", "shedShare", 0.02),
  ],
  goals: [],
};

const surge: SuiteScenario = {
  ...{ name: "surge", durationMs: 30 * s, server: tenWorkers, shown: "first 5 s" },
  description: "A tenth of what they can do for 20 s, then twice that much at once.",
  traffic: poisson([steady(50, 20 * s), steady(1000, 10 * s)]),
  phases: [phase("first 5 s", 20 * s, 25 * s)],
  healthy: [atLeast("first 5 s", "goodPerSecond", 470), atMost("first 5 s", "p99Ms", 250)],
  goals: [],
};

const sharedResource: SuiteScenario = {
  ...{ name: "shared resource", durationMs: 50 * s, shown: "overload" },
  description:
    "Twice what they can do from 10 to 40 s; with more than 20 inside, each one more slows all work by 5 %.",
  server: { ...tenWorkers, knee: { inside: 20, slope: 0.05 } },
  traffic: poisson([steady(250, 10 * s), steady(1000, 30 * s), steady(250, 10 * s)]),
  phases: [phase("overload", 20 * s, 40 * s), phase("after", 42 * s, 50 * s)],
  disturbedUntilMs: 40 * s,
  healthy: [
    atLeast("overload", "goodPerSecond", 450),
    atMost("overload", "p99Ms", P99_MS),
    atMost("overload", "recoveryMs", 2 * s),
    atMost("after", "shedShare", 0.02),
  ],
  goals: [],
};

/** Every way in which limits are known to go wrong; each runs for all algorithms. */
export const scenarios: readonly SuiteScenario[] = [
  ...[lightLoad, overload2, overload5, evenWork2, evenWork5, oneThread2, oneThread5],
  ...[slowDependency, recovery, mixedLatencies],
  ...[gcPause, quickWork, retryStorm, toldRetries, coldStart, surge, sharedResource],
];
