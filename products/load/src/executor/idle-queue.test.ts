import { expect, test } from "bun:test";
import fc from "fast-check";
import { type IdleOrder, IdleQueue } from "./idle-queue.ts";

test.each<[IdleOrder, string]>([
  ["oldest first", "a b c d -"],
  ["newest first", "b d c a -"],
])("%s: what was added comes back in that order", (order, want) => {
  const queue = new IdleQueue<string>(3, order);
  queue.add("a");
  queue.add("b");
  const taken = [queue.take()];
  queue.add("c");
  queue.add("d");
  while (taken.at(-1) !== undefined) taken.push(queue.take());
  expect(taken.map((item) => item ?? "-").join(" ")).toBe(want);
});

test("it behaves as a list, however it is used", () => {
  const steps = fc.array(fc.boolean(), { maxLength: 60 });
  const order = fc.constantFrom<IdleOrder>("oldest first", "newest first");
  fc.assert(
    fc.property(steps, order, (adds, idleOrder) => {
      const queue = new IdleQueue<number>(60, idleOrder);
      const list: number[] = [];
      const taken: (number | undefined)[] = [];
      const wanted: (number | undefined)[] = [];
      for (const [step, isAdd] of adds.entries()) {
        if (isAdd) {
          queue.add(step);
          list.push(step);
        } else {
          taken.push(queue.take());
          wanted.push(idleOrder === "oldest first" ? list.shift() : list.pop());
        }
      }
      expect(taken).toEqual(wanted);
    }),
  );
});
