import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import fc from "fast-check";
import { LoopDelay } from "./loop-delay.ts";
import { type Stall, stalledClock } from "./testing/stalled-clock.ts";

const intervalMs = 1000;

async function delayUnder(stalls: readonly Stall[]) {
  const clock = new FakeClock();
  const delay = new LoopDelay(stalledClock(clock, stalls), intervalMs);
  await clock.advanceTo(intervalMs);
  return delay.take();
}

const every = (eachMs: number): Stall[] =>
  Array.from({ length: intervalMs / eachMs }, (_, turn) => [turn * eachMs, (turn + 1) * eachMs]);

const cases: readonly (readonly [
  what: string,
  stalls: readonly Stall[],
  mean: readonly [atLeast: number, atMost: number],
  maxMs: number,
])[] = [
  ["a loop at rest", [], [0, 0], 0],
  ["one pause of 100 ms, which weighs what it took", [[430, 530]], [7, 11], 80],
  ["turns of 200 ms all the time, which are told in full", every(200), [149, 151], 150],
  ["turns of 20 ms all the time", every(20), [5, 15], 10],
  ["one block of most of the time", [[50, 990]], [930, 940], 940],
];

describe("loop delay", () => {
  test.each(cases)("%s", async (_what, stalls, [atLeast, atMost], maxMs) => {
    const delay = await delayUnder(stalls);
    expect(delay.meanMs).toBeWithin(atLeast, atMost + 1e-9);
    expect(delay.maxMs).toBeCloseTo(maxMs, 6);
  });

  test("a block that has not ended for the timers is told already", async () => {
    const clock = new FakeClock();
    const delay = new LoopDelay(stalledClock(clock, [[0, 5000]]), intervalMs);
    await clock.advanceTo(intervalMs);
    expect(delay.take()).toEqual({ meanMs: 950, maxMs: 950 });
  });

  test("each take begins afresh", async () => {
    const clock = new FakeClock();
    const delay = new LoopDelay(stalledClock(clock, [[0, 500]]), intervalMs);
    await clock.advanceTo(intervalMs);
    delay.take();
    await clock.advanceTo(2 * intervalMs);
    expect(delay.take()).toEqual({ meanMs: 0, maxMs: 0 });
  });

  test("the mean is never above the longest, nor that above the longest stall", async () => {
    const stall = fc
      .tuple(fc.nat({ max: 1000 }), fc.nat({ max: 1000 }))
      .map(([fromMs, lengthMs]): Stall => [fromMs, fromMs + lengthMs]);
    await fc.assert(
      fc.asyncProperty(stall, async (one) => {
        const { meanMs, maxMs } = await delayUnder([one]);
        expect(meanMs).toBeWithin(0, maxMs + 1e-9);
        expect(maxMs).toBeLessThanOrEqual(one[1] - one[0]);
      }),
    );
  });
});
