import { expect, test } from "bun:test";
import fc from "fast-check";
import { SteadyClock } from "./steady-clock.ts";
import { FakeClock } from "./testing/fake-clock.ts";

test("time never goes back, and goes on as usual between the jumps", () => {
  const step = fc.record({ byMs: fc.nat(100), jumpMs: fc.integer({ min: -1000, max: 0 }) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const below = new FakeClock();
      const clock = new SteadyClock(below);
      for (const { byMs, jumpMs } of steps) {
        const beforeMs = clock.nowMs();
        below.jump(jumpMs);
        const jumpedMs = clock.nowMs();
        below.advance(byMs);
        expect([jumpedMs, clock.nowMs()]).toEqual([beforeMs, beforeMs + byMs]);
      }
    }),
  );
});

test("what is due after a jump is due by the time that went by", () => {
  const below = new FakeClock();
  const clock = new SteadyClock(below);
  below.advance(1000);
  clock.nowMs();
  below.jump(-600);
  const log: number[] = [];
  clock.at(clock.nowMs() + 50, () => log.push(clock.nowMs()));
  clock.at(clock.nowMs() + 10, () => log.push(-1))();
  below.advance(49);
  expect(log).toEqual([]);
  below.advance(1);
  expect(log).toEqual([1050]);
  expect(clock.fromBelow(below.nowMs() + 7)).toBe(1057);
});
