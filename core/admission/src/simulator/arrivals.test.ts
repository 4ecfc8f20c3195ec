import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Arrivals, startArrivals, steady } from "./arrivals.ts";
import { EventQueue } from "./event-queue.ts";
import { seededRandom } from "./random.ts";

/** When they come, up to a time; each takes `tookMs`. */
function timesOf(arrivals: Arrivals, { untilMs = 1000, tookMs = 10, seed = 1 } = {}): number[] {
  const clock = new EventQueue({ maxEvents: 10_000 });
  const times: number[] = [];
  startArrivals(arrivals, {
    ...{ clock, random: seededRandom(seed, 0) },
    arrive: (ended) => {
      times.push(clock.nowMs());
      clock.at(clock.nowMs() + tookMs, ended);
    },
  });
  while (clock.runNext(untilMs));
  return times;
}

test.each<[string, Arrivals, number[]]>([
  ["one rate", { kind: "even", stages: [steady(4, 1000)] }, [125, 375, 625, 875]],
  [
    "a step, and nothing in between",
    { kind: "even", stages: [steady(4, 500), steady(0, 300), steady(10, 200)] },
    [125, 375, 850, 950],
  ],
  [
    "a ramp from nothing",
    { kind: "even", stages: [{ durationMs: 1000, fromPerSecond: 0, toPerSecond: 4 }] },
    [500, 866.0254],
  ],
  [
    "a ramp to nothing",
    { kind: "even", stages: [{ durationMs: 1000, fromPerSecond: 4, toPerSecond: 0 }] },
    [133.9746, 500],
  ],
  ["bursts", { kind: "bursts", everyMs: 400, size: 3 }, [400, 400, 400, 800, 800, 800]],
  [
    "clients that wait for the answer and think",
    { kind: "closed", clients: 2, thinkMs: { kind: "constant", ms: 390 } },
    [390, 390, 790, 790],
  ],
])("%s", (_name, arrivals, want) => {
  const times = timesOf(arrivals);
  expect(times.map((timeMs) => Math.round(timeMs * 1e4) / 1e4)).toEqual(want);
});

test("over any stages come as many as their area, in order", () => {
  const rate = fc.nat(50);
  const stage = fc.record({ durationMs: fc.nat(2000), fromPerSecond: rate, toPerSecond: rate });
  fc.assert(
    fc.property(fc.array(stage, { maxLength: 5 }), (stages) => {
      const times = timesOf({ kind: "even", stages }, { untilMs: 1e5 });
      const area = stages.reduce((sum, { durationMs, fromPerSecond, toPerSecond }) => {
        return sum + ((fromPerSecond + toPerSecond) / 2) * (durationMs / 1000);
      }, 0);
      expect(Math.abs(times.length - area)).toBeLessThanOrEqual(0.5 + 1e-9);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }),
  );
});

test("a Poisson process has as much variance as mean, also while its rate rises", () => {
  const stages = [{ durationMs: 1000, fromPerSecond: 0, toPerSecond: 80 }];
  const counts = Array.from({ length: 4000 }, (_, seed) => {
    return timesOf({ kind: "poisson", stages }, { seed }).length;
  });
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
  expect(Math.abs(mean / 40 - 1)).toBeLessThan(0.02);
  expect(Math.abs(variance / 40 - 1)).toBeLessThan(0.08);
});

test.each<[string, Arrivals, string]>([
  ["a negative rate", { kind: "even", stages: [steady(-1, 1)] }, "stages[0].fromPerSecond -1"],
  [
    "a rate without end",
    { kind: "poisson", stages: [steady(1 / 0, 1)] },
    "stages[0].fromPerSecond",
  ],
  ["no duration", { kind: "poisson", stages: [steady(1, Number.NaN)] }, "stages[0].durationMs NaN"],
  ["bursts of no interval", { kind: "bursts", everyMs: 0, size: 1 }, "arrivals.everyMs 0"],
  ["bursts of nothing", { kind: "bursts", everyMs: 1, size: 0 }, "arrivals.size 0"],
  [
    "no clients",
    { kind: "closed", clients: 0, thinkMs: { kind: "constant", ms: 1 } },
    "arrivals.clients 0",
  ],
  [
    "clients that do not think",
    { kind: "closed", clients: 1, thinkMs: { kind: "constant", ms: 0 } },
    "arrivals.thinkMs of mean 0",
  ],
])("%s is refused", (_name, arrivals, words) => {
  expect(() => timesOf(arrivals)).toThrow(`Cannot use ${words}`);
});
