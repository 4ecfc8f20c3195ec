import { expect, test } from "bun:test";
import {
  constantRate,
  type PortionOptions,
  peakVus,
  portionOf,
  rampingRate,
  type Schedule,
} from "@breakwater/schedule";
import fc from "fast-check";
import type { Scenario } from "../plan/scenario.ts";
import { anyScenario, type FakeRunOptions, type FakeRunResult, fakeRun } from "./fake-run.ts";
import { scenarioTimes } from "./scenario-times.ts";
import { vusNeeded } from "./vus-needed.ts";

const durationMs = fc.constantFrom(1, 50, 100, 333);
const base = fc.record({
  startTimeMs: fc.constantFrom(0, 70),
  gracefulStopMs: fc.constantFrom(0, 1, 40, 1000),
});
const vus = fc.integer({ min: 1, max: 4 });
const counts = fc.record({
  vus,
  iterations: fc.integer({ min: 4, max: 12 }),
  maxDurationMs: durationMs,
});
const stages = fc.array(
  fc.record({ durationMs: fc.oneof(fc.constant(0), durationMs), target: fc.nat(4) }),
  { maxLength: 5 },
);
const arrivals = fc
  .record({ timeUnitMs: fc.constantFrom(50, 100), preAllocatedVus: fc.nat(4), extra: fc.nat(2) })
  .map(({ timeUnitMs, preAllocatedVus, extra }) => ({
    timeUnitMs,
    preAllocatedVus,
    maxVus: Math.max(1, preAllocatedVus + extra),
  }));

const scenario: fc.Arbitrary<Scenario> = fc
  .tuple(
    base,
    fc.oneof(
      counts.map((fields) => ({ ...fields, executor: "shared-iterations" as const })),
      counts.map((fields) => ({ ...fields, executor: "per-vu-iterations" as const })),
      fc.record({ executor: fc.constant("constant-vus" as const), vus, durationMs }),
      fc.record({
        executor: fc.constant("ramping-vus" as const),
        startVus: fc.nat(4),
        stages,
        gracefulRampDownMs: fc.constantFrom(0, 1, 30, 500),
      }),
      fc.tuple(arrivals, fc.integer({ min: 1, max: 5 }), durationMs).map(([fields, rate, ms]) => ({
        ...fields,
        rate,
        durationMs: ms,
        executor: "constant-arrival-rate" as const,
      })),
      fc.tuple(arrivals, fc.nat(5), stages).map(([fields, startRate, legs]) => ({
        ...fields,
        startRate,
        stages: legs,
        executor: "ramping-arrival-rate" as const,
      })),
    ),
  )
  .map(([times, rest]) => ({ ...anyScenario, ...times, ...rest }));

const behaviour = fc.record({
  iterationsMs: fc.array(fc.constantFrom(1, 7, 60, 250, Number.POSITIVE_INFINITY), {
    minLength: 1,
    maxLength: 5,
  }),
  growMs: fc.constantFrom(undefined, 0, 20, 2000),
  interruptMs: fc.constantFrom(0, 3),
});
type Behaviour = typeof behaviour extends fc.Arbitrary<infer T> ? T : never;

test("whatever the scenario: every VU comes back, every iteration ends, nothing runs over", () =>
  fc.assert(
    fc.asyncProperty(scenario, behaviour, async (any, does) => {
      const run = await fakeRun(any, toOptions(any, does));
      const regularEndMs = any.startTimeMs + scenarioTimes(any).regularMs;
      const lastEndMs = regularEndMs + any.gracefulStopMs + delayMs(does);

      expect(run.log).toEndWith("done");
      expect(run.progress.vusActive).toBe(0);
      expect(run.progress.complete + run.progress.interrupted).toBe(run.iterations.length);
      expect(lastMs(run, /\+/)).toBeLessThanOrEqual(regularEndMs + 0.01);
      expect(lastMs(run, /done/)).toBeLessThanOrEqual(lastEndMs);
      expect(run.iterations.length + run.progress.dropped).toBe(
        planned(any) ?? run.iterations.length,
      );
    }),
    { numRuns: 300 },
  ));

test("whenever it is stopped: nothing starts afterwards, nothing is called dropped, it ends in time", () =>
  fc.assert(
    fc.asyncProperty(
      scenario,
      behaviour,
      fc.nat(500).map((ms) => ms + 0.5),
      fc.constantFrom("drain" as const, "now" as const),
      async (any, does, stopMs, how) => {
        const options = toOptions(any, does);
        const run = await fakeRun(any, { ...options, acts: [[stopMs, (it) => it.stop(how)]] });
        const graceMs = how === "now" ? 0 : any.gracefulStopMs;

        expect(run.log).toEndWith("done");
        expect(run.progress.complete + run.progress.interrupted).toBe(run.iterations.length);
        expect(lastMs(run, /\+|drop/)).toBeLessThanOrEqual(stopMs);
        expect(lastMs(run, /done/)).toBeLessThanOrEqual(stopMs + graceMs + delayMs(does));
      },
    ),
    { numRuns: 300 },
  ));

test("all workers of all segments together do what one would: each number once, each at its own time", () =>
  fc.assert(
    fc.asyncProperty(
      scenario,
      behaviour,
      fc.integer({ min: 2, max: 5 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
      async (any, does, workers, weights) => {
        const parts = await Promise.all(
          weights.flatMap((_, index) =>
            Array.from({ length: workers }, (_, worker) =>
              fakeRun(any, toOptions(any, does, { segment: { weights, index }, worker, workers })),
            ),
          ),
        );
        const iterations = parts.flatMap((part) => part.iterations);
        const dropped = parts.reduce((sum, { progress }) => sum + progress.dropped, 0);
        const dueMs = toDueMs(any);

        expect(new Set(iterations.map((it) => it.indexInTest)).size).toBe(iterations.length);
        expect(iterations.map((it) => it.dueMs)).toEqual(
          iterations.map((it) => dueMs(it.indexInTest)),
        );
        expect(iterations.length + dropped).toBe(planned(any) ?? iterations.length);
      },
    ),
    { numRuns: 200 },
  ));

/** With a pool that has what `vusNeeded` asks for and no more. */
function toOptions(
  any: Scenario,
  { iterationsMs, ...rest }: Behaviour,
  part: PortionOptions = { worker: 0, workers: 1 },
): FakeRunOptions {
  return {
    ...rest,
    part,
    vus: peakVus([vusNeeded(any, portionOf(part))]),
    iterationMs: (vu, index) => iterationsMs[(vu + index) % iterationsMs.length]!,
  };
}

/** How long interrupted iterations and VUs in the making can hold up the end. */
function delayMs({ interruptMs, growMs = 0 }: Behaviour): number {
  return interruptMs + growMs + 0.01;
}

/** How many iterations are to be either started or dropped; undefined where VUs just loop. */
function planned(any: Scenario): number | undefined {
  if (any.executor === "shared-iterations") return any.iterations;
  if (any.executor === "per-vu-iterations") return any.iterations * any.vus;
  if (any.executor === "constant-vus" || any.executor === "ramping-vus") return undefined;
  const dueMs = toDueMs(any);
  let count = 0;
  while (dueMs(count) !== undefined) count += 1;
  return count;
}

function toDueMs(any: Scenario): Schedule {
  const schedule = toSchedule(any);
  return (index) => {
    const offsetMs = schedule(index);
    return offsetMs === undefined ? undefined : any.startTimeMs + offsetMs;
  };
}

function toSchedule(any: Scenario): Schedule {
  if (any.executor === "constant-arrival-rate") return constantRate(any);
  if (any.executor === "ramping-arrival-rate") return rampingRate(any);
  return () => undefined;
}

/** When the last event of a kind was logged; 0 when none was. */
function lastMs({ log }: FakeRunResult, what: RegExp): number {
  const line = log.split(" | ").findLast((text) => what.test(text.slice(text.indexOf(" "))));
  return Number.parseFloat(line ?? "0");
}
