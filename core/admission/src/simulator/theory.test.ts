import { expect, test } from "bun:test";
import fc from "fast-check";
import { startArrivals, steady } from "./arrivals.ts";
import type { ClientModel } from "./clients.ts";
import type { Distribution } from "./distribution.ts";
import { EventQueue } from "./event-queue.ts";
import { seededRandom } from "./random.ts";
import type { PhaseResult, ScenarioResult } from "./result.ts";
import { runScenario } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { Server, type ServerModel } from "./server.ts";
import { Semaphore } from "./testing/semaphore.ts";

/** `BENCH=1` runs ten times as long, and must come closer. */
const isLong = Bun.env.BENCH === "1";

const exponentialOf = (meanMs: number): Distribution => ({ kind: "exponential", meanMs });

/** The queue of the textbook (M/M/c): Poisson arrivals, exponential service, no end to the line. */
function textbook(workers: number, ratePerSecond: number, seconds: number): Scenario {
  const durationMs = seconds * 1000;
  return {
    ...{ name: "M/M/c", description: "", durationMs, phases: [] },
    server: { workers, serviceMs: exponentialOf(20), maxQueued: 1e6 },
    traffic: [
      { arrivals: { kind: "poisson", stages: [steady(ratePerSecond, durationMs)] }, client: {} },
    ],
  };
}

function runFixed(scenario: Scenario, limit: number, seed = 1): Promise<ScenarioResult> {
  const limiter = () => new Semaphore({ limit, maxQueued: 0 });
  return runScenario({ scenario, limiter, seed, maxEvents: 1e6 });
}

/** The share of requests that finds all workers busy (Erlang 1917), by the recursion of B. */
function erlangC(workers: number, load: number): number {
  let b = 1;
  for (let k = 1; k <= workers; k += 1) b = (load * b) / (k + load * b);
  return b / (1 - (load / workers) * (1 - b));
}

test.each([
  [1, 0.5],
  [1, 0.8],
  [5, 0.7],
  [10, 0.8],
  [20, 0.8],
])("with %d workers, used by %d, requests wait as long as Erlang C says", (workers, used) => {
  const ratePerSecond = (used * workers) / 0.02;
  const busyShare = erlangC(workers, used * workers);
  const waitMs = (busyShare * 20) / (workers * (1 - used));
  const seen = waitsSeen(workers, ratePerSecond, isLong ? 1e7 : 1e6);
  expect(Math.abs(seen.waitMs / waitMs - 1)).toBeLessThan(isLong ? 0.01 : 0.03);
  expect(Math.abs(seen.busyShare / busyShare - 1)).toBeLessThan(isLong ? 0.01 : 0.03);
});

/**
 * Poisson arrivals see averages over time, so by Little's law the wait is what they find in line
 * over their rate. The error of a million is 0.5 to 2 % (one deviation), the more the fewer wait.
 */
function waitsSeen(workers: number, ratePerSecond: number, requests: number) {
  const clock = new EventQueue({ maxEvents: 1000 });
  const model = { workers, serviceMs: exponentialOf(20), maxQueued: 1e6 };
  const server = new Server(model, { clock, random: seededRandom(1, 0) });
  const durationMs = (requests / ratePerSecond) * 1000;
  let [arrived, queued, saturated] = [0, 0, 0];
  startArrivals(
    { kind: "poisson", stages: [steady(ratePerSecond, durationMs)] },
    {
      ...{ clock, random: seededRandom(1, 1) },
      arrive: (ended) => {
        arrived += 1;
        queued += server.queued;
        saturated += Number(server.isSaturated());
        server.tryStart(ended);
      },
    },
  );
  while (clock.runNext(durationMs));
  return { waitMs: (queued / arrived / ratePerSecond) * 1000, busyShare: saturated / arrived };
}

/** How many are inside over time (M/M/c/K): a distribution over 0 to `limit`. */
function lossDistribution(workers: number, limit: number, load: number): number[] {
  const weights = [1];
  for (let n = 1; n <= limit; n += 1) weights.push((weights[n - 1]! * load) / Math.min(n, workers));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / sum);
}

test.each([
  [10, 12, 250],
  [10, 12, 1000],
  [10, 40, 480],
  [3, 3, 200],
])(
  "%d workers, %d in flight, %d/s: as many are shed as in the book",
  async (workers, limit, rate) => {
    const inside = lossDistribution(workers, limit, rate * 0.02);
    const { whole } = await runFixed(textbook(workers, rate, 400), limit);
    expect(Math.abs(whole.shedShare - inside[limit]!)).toBeLessThan(0.01);
    const mean = inside.reduce((sum, share, n) => sum + share * n, 0);
    expect(Math.abs(whole.meanInFlight / mean - 1)).toBeLessThan(0.03);
    expect(whole.falseShedShare).toBe(0);
  },
);

test("Little's law holds exactly: the time of all inside is the number inside, over time", async () => {
  const service = fc.constantFrom<Distribution>(
    exponentialOf(20),
    { kind: "constant", ms: 7 },
    { kind: "lognormal", medianMs: 5, p99Ms: 80 },
  );
  const server = fc.record({
    ...{ workers: fc.integer({ min: 1, max: 20 }), serviceMs: service },
    maxQueued: fc.nat(30),
    pauses: fc.constantFrom([], [{ fromMs: 300, untilMs: 700 }]),
    knee: fc.constantFrom(undefined, { inside: 5, slope: 0.1 }),
  });
  const retries = { maxAttempts: 3, backoff: { baseMs: 10, maxMs: 50 } };
  const client = fc.constantFrom<ClientModel>({}, { timeoutMs: 30 }, { timeoutMs: 30, retries });
  const rate = fc.integer({ min: 1, max: 2000 });
  await fc.assert(
    fc.asyncProperty(server, client, rate, fc.nat(100), async (model, who, perSecond, seed) => {
      // It ends with nothing inside, long after the last has come.
      const { whole } = await runFixed(scenarioOf(model, who, perSecond), 25, seed);
      const insideMs = whole.meanInFlight * 60_000;
      const timesMs = whole.completed === 0 ? 0 : whole.meanMs * whole.completed;
      expect(Math.abs(insideMs - timesMs)).toBeLessThanOrEqual(1e-9 * timesMs);
      expect(whole.admitted).toBe(whole.completed + whole.refused);
      expect(whole.offered).toBe(whole.admitted + sumOf(whole.shed));
      expect(whole.goodPerSecond * 60 + whole.gaveUp).toBeCloseTo(whole.started, 6);
    }),
    { numRuns: isLong ? 1000 : 60 },
  );
});

function scenarioOf(server: ServerModel, client: ClientModel, perSecond: number): Scenario {
  const arrivals = { kind: "poisson", stages: [steady(perSecond, 1000)] } as const;
  return {
    ...{ name: "drained", description: "", durationMs: 60_000, phases: [] },
    ...{ server, traffic: [{ arrivals, client }] },
  };
}

function sumOf(counts: PhaseResult["shed"]): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

const steps = [steady(250, 20_000), steady(1000, 80_000)];
const overload: Scenario = {
  ...textbook(10, 1000, 100),
  traffic: [{ arrivals: { kind: "poisson", stages: steps }, client: {} }],
  phases: [
    { name: "light", fromMs: 5000, untilMs: 20_000 },
    { name: "overload", fromMs: 40_000, untilMs: 100_000 },
  ],
};
const twoModes: Scenario = {
  ...textbook(50, 600, 100),
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
  phases: [{ name: "steady", fromMs: 10_000, untilMs: 100_000 }],
};

/** Rows of the table that gate-sim.py gave (notes, section 4.1): shares are absolute. */
test.each<[string, limit: number, Scenario, phase: number, Partial<PhaseResult>, number]>([
  ["A, light", 12, overload, 0, { shedShare: 0.004 }, 0.003],
  ["A, light", 1000, overload, 0, { shedShare: 0 }, 1e-9],
  ["A, overload", 12, overload, 1, { goodPerSecond: 490, p50Ms: 17, p99Ms: 94 }, 0.03],
  ["A, overload", 1000, overload, 1, { goodPerSecond: 504, p50Ms: 1976, p99Ms: 2151 }, 0.03],
  ["C", 12, twoModes, 0, { shedShare: 0.398, falseShedShare: 0.398 }, 0.03],
  ["C", 1000, twoModes, 0, { shedShare: 0 }, 1e-9],
])("%s, a limit of %d: as the table says", async (_name, limit, scenario, phase, want, within) => {
  const result = await runFixed(scenario, limit);
  const is = result.phases[phase]!;
  for (const [measure, value] of Object.entries(want) as [keyof typeof want, number][]) {
    const isShare = measure.endsWith("Share");
    const error = isShare ? Number(is[measure]) - value : Number(is[measure]) / value - 1;
    expect([measure, is[measure], Math.abs(error) <= within]).toEqual([measure, is[measure], true]);
  }
});
