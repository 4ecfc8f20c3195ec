import { expect, test } from "bun:test";
import { sleepUntil } from "@breakwater/clock";
import { FakeClock } from "@breakwater/clock/testing";
import { PushLoop } from "./push-loop.ts";

/** Pushes each second; each lasts so long. */
function loop(lastsMs: number) {
  const clock = new FakeClock();
  const log: string[] = [];
  const pushes = new PushLoop({
    clock,
    intervalMs: 1000,
    push: async () => {
      log.push(`push at ${clock.nowMs()}`);
      await sleepUntil(clock, clock.nowMs() + lastsMs);
    },
  });
  const close = () => pushes.close(async () => void log.push(`last at ${clock.nowMs()}`));
  return { clock, log, close };
}

test("it pushes at its interval, then what is left, then the last", async () => {
  const { clock, log, close } = loop(10);
  await clock.advanceTo(2500);
  const closed = close();
  await clock.advanceTo(9000);
  expect(await closed).toBe(true);
  expect(log).toEqual(["push at 1000", "push at 2000", "push at 2500", "last at 2510"]);
});

test("a push that lasts longer than the interval is waited for, not doubled", async () => {
  const { clock, log, close } = loop(1500);
  await clock.advanceTo(3400);
  const closed = close();
  await clock.advanceTo(9000);
  await closed;
  expect(log).toEqual(["push at 1000", "push at 3000", "push at 4500", "last at 6000"]);
});

test("the end does not wait for ever", async () => {
  const { clock, log, close } = loop(1_000_000);
  await clock.advanceTo(1000);
  const closed = close();
  await clock.advanceTo(11_000);
  expect(await closed).toBe(false);
  expect(log).toEqual(["push at 1000"]);
});
