import { expect, test } from "bun:test";
import { sleepUntil } from "./clock.ts";
import { FakeClock } from "./fake-clock.ts";

test("timers fire in the order they are due, each at its own time", async () => {
  const clock = new FakeClock();
  const log: string[] = [];
  const note = (name: string) => () => log.push(`${clock.nowMs()} ${name}`);
  clock.at(20, note("second"));
  clock.at(10, note("first"));
  clock.at(20, note("third"));
  clock.at(15, note("taken back"))();
  clock.at(31, note("not yet"));
  await clock.advanceTo(30);
  expect(log).toEqual(["10 first", "20 second", "20 third"]);
  expect(clock.nowMs()).toBe(30);
});

test("what a timer sets falls due within the same advance", async () => {
  const clock = new FakeClock();
  const log: number[] = [];
  const run = async () => {
    for (const dueMs of [5, 2, 9]) {
      await sleepUntil(clock, dueMs);
      log.push(clock.nowMs());
    }
  };
  const running = run();
  await clock.advanceTo(10);
  await running;
  expect(log).toEqual([5, 5, 9]);
});
