import { expect, test } from "bun:test";
import fc from "fast-check";
import { Partitions } from "../partition.ts";
import { Deadlines } from "./deadlines.ts";
import type { Waiter } from "./waiter.ts";

const { rest: partition } = new Partitions(undefined);

const due = (dueMs: number): Waiter => ({
  partition,
  priority: 0,
  sinceMs: 0,
  dueMs,
  answer: () => {},
  turn: 0,
  list: undefined,
  before: undefined,
  after: undefined,
  heapPlace: -1,
});

/** Adds one, or takes out the one at this part of those that are left. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ dueMs: fc.integer({ min: 0, max: 50 }) }) },
  { weight: 2, arbitrary: fc.record({ part: fc.double({ min: 0, max: 0.999, noNaN: true }) }) },
);

test("the first due is on top, whoever comes and goes in between", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 200 }), (steps) => {
      const deadlines = new Deadlines();
      const left: Waiter[] = [];
      for (const made of steps) {
        if ("dueMs" in made) {
          const waiter = due(made.dueMs);
          left.push(waiter);
          deadlines.add(waiter);
        } else {
          const [gone] = left.splice(Math.floor(made.part * left.length), 1);
          if (gone) deadlines.remove(gone);
          if (gone) deadlines.remove(gone);
        }
        const firstMs = left.length === 0 ? undefined : Math.min(...left.map((w) => w.dueMs));
        expect(deadlines.first?.dueMs).toBe(firstMs);
      }
      const out = left.map(() => {
        const { first = due(-1) } = deadlines;
        deadlines.remove(first);
        return first.dueMs;
      });
      expect(out).toEqual(left.map(({ dueMs }) => dueMs).sort((a, b) => a - b));
    }),
  );
});
