import { expect, test } from "bun:test";
import fc from "fast-check";
import { AdmissionError } from "../admission-error.ts";
import { EventQueue } from "./event-queue.ts";

const queueOf = (maxEvents = 1000) => new EventQueue({ maxEvents });

function runAll(queue: EventQueue): void {
  while (queue.runNext(Number.MAX_VALUE));
}

test("events run in the order of their times, those of one time as they were set", () => {
  const set = fc.record({ dueMs: fc.nat(50), cancel: fc.boolean() });
  fc.assert(
    fc.property(fc.array(set, { minLength: 30, maxLength: 200 }), (events) => {
      const queue = queueOf();
      const ran: number[] = [];
      const cancels = events.map(({ dueMs }, id) => queue.at(dueMs, () => ran.push(id)));
      for (const [id, { cancel }] of events.entries()) if (cancel) cancels[id]!();
      const stay = [...events.keys()].filter((id) => !events[id]!.cancel);
      expect(queue.size).toBe(stay.length);
      runAll(queue);
      // A sort of an array is stable.
      expect(ran).toEqual(stay.toSorted((a, b) => events[a]!.dueMs - events[b]!.dueMs));
    }),
  );
});

test("time stands still while an event runs, and what is due in the past runs now", () => {
  const queue = queueOf();
  const seen: (string | number)[] = [];
  queue.at(5, () => {
    queue.at(1, () => seen.push("late", queue.nowMs()));
    queue.at(7, () => seen.push("next", queue.nowMs()));
    seen.push("first", queue.nowMs());
  });
  runAll(queue);
  expect(seen).toEqual(["first", 5, "late", 5, "next", 7]);
});

test("it runs up to a time and stays there", () => {
  const queue = queueOf();
  const ran: number[] = [];
  for (const dueMs of [1, 2, 3]) queue.at(dueMs, () => ran.push(dueMs));
  while (queue.runNext(2));
  expect([ran, queue.nowMs(), queue.size]).toEqual([[1, 2], 2, 1]);
});

test("taking an event back twice, or after it ran, is harmless", () => {
  const queue = queueOf();
  const ran: number[] = [];
  const cancelFirst = queue.at(1, () => ran.push(1));
  const cancelSecond = queue.at(2, () => ran.push(2));
  queue.at(3, () => ran.push(3));
  queue.runNext(10);
  cancelFirst();
  cancelSecond();
  cancelSecond();
  runAll(queue);
  expect(ran).toEqual([1, 3]);
});

test("it holds no more than it was told, and no time that is none", () => {
  const queue = queueOf(1);
  expect(() => queue.at(Number.NaN, () => {})).toThrow("Cannot use dueMs NaN: it takes a number");
  queue.at(Number.POSITIVE_INFINITY, () => {});
  expect(() => queue.at(1, () => {})).toThrow("Cannot use maxEvents 1: it takes more");
  for (const maxEvents of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => queueOf(maxEvents)).toThrow(AdmissionError);
  }
});
