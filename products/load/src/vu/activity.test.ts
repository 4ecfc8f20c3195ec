import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { Activity } from "./activity.ts";

function runningActivity() {
  const clock = new FakeClock();
  const activity = new Activity(clock, { onThrown: () => {}, onSettled: () => {} });
  const { promise, resolve } = Promise.withResolvers<void>();
  activity.begin(() => promise, undefined);
  return { clock, activity, end: resolve };
}

test("what blocks runs at once when nothing else does, else in the order it was made", async () => {
  const { activity } = runningActivity();
  const order: string[] = [];
  activity.beginBlocking(() => order.push("first"));
  activity.beginBlocking(() => order.push("second"));
  const third = activity.block(async () => order.push("third"));
  expect(order).toEqual(["first"]);
  activity.endBlocking();
  expect(order).toEqual(["first", "second"]);
  activity.endBlocking();
  await third;
  activity.beginBlocking(() => order.push("fourth"));
  expect(order).toEqual(["first", "second", "third", "fourth"]);
});

test.each([
  [
    "throws",
    () => {
      throw new Error("no");
    },
  ],
  ["rejects", () => Promise.reject(new Error("no"))],
])("what blocks and %s lets the next one run", async (_name, run) => {
  const { activity } = runningActivity();
  const failed = activity.block(run);
  const next = activity.block(async () => "next");
  expect(await failed.catch((error: Error) => error)).toEqual(new Error("no"));
  expect(await next).toBe("next");
});

test("an event is delivered once nothing blocks", async () => {
  const { activity, clock } = runningActivity();
  const seen: string[] = [];
  const hold = activity.hold(() => {});
  activity.beginBlocking(() => {});
  hold.deliver(() => seen.push("event"));
  await clock.advanceTo(10);
  expect(seen).toEqual([]);
  activity.endBlocking();
  await clock.advanceTo(20);
  expect(seen).toEqual(["event"]);
});
