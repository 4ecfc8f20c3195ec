import { expect, test } from "bun:test";
import { sleepUntil } from "@breakwater/clock";
import { systemClock } from "./system-clock.ts";

const clock = systemClock();

test.each([-5, 0, 0.3, 0.999, 1, 1.5, 1.9, 5.7, 10.5])(
  "a timer %p ms ahead does not fire early, nor in the same turn",
  async (aheadMs) => {
    const dueMs = clock.nowMs() + aheadMs;
    let fired = false;
    const firing = sleepUntil(clock, dueMs).then(() => {
      fired = true;
      return clock.nowMs();
    });
    expect(fired).toBe(false);
    expect(await firing).toBeGreaterThanOrEqual(dueMs);
  },
);

test.each([0, 0.5, 1.5])(
  "a timer %p ms ahead that is taken back does not fire",
  async (aheadMs) => {
    const log: string[] = [];
    const dueMs = clock.nowMs() + aheadMs;
    const cancel = clock.at(dueMs, () => log.push("taken back"));
    cancel();
    cancel();
    await sleepUntil(clock, dueMs + 2);
    expect(log).toEqual([]);
  },
);

test("a timer taken back while it waits out its last millisecond does not fire", async () => {
  const log: string[] = [];
  const dueMs = clock.nowMs() + 4;
  // Set before the other and due before it, so it looks first however late both are.
  clock.at(dueMs, () => cancel());
  const cancel = clock.at(dueMs + 0.2, () => log.push("taken back"));
  await sleepUntil(clock, dueMs + 2);
  expect(log).toEqual([]);
});

test("a timer further away than setTimeout can count does not fire at once", async () => {
  const log: string[] = [];
  const cancel = clock.at(clock.nowMs() + 2 ** 40, () => log.push("fired"));
  await sleepUntil(clock, clock.nowMs() + 2);
  cancel();
  expect(log).toEqual([]);
});

test("once it has fired, taking it back is harmless", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.at(clock.nowMs(), resolve);
  await promise;
  expect(cancel).not.toThrow();
});
