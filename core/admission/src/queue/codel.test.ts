import { expect, test } from "bun:test";
import { Codel } from "./codel.ts";

/** Each step: when one would start, and how long it waited; the answer is whether it is shed. */
type Step = readonly [nowMs: number, waitedMs: number, isShed: boolean];

test.each<[string, readonly Step[]]>([
  [
    "a burst whose queue goes down is let through",
    [
      [0, 50, false],
      [50, 4, false],
      [100, 90, false],
      [110, 90, false],
    ],
  ],
  [
    "after an interval above the target, the late are shed",
    [
      [0, 6, false],
      [50, 8, false],
      [100, 30, false],
      [110, 10.1, true],
      [120, 10, false],
    ],
  ],
  [
    "the first of an interval is not shed",
    [
      [0, 50, false],
      [100, 50, false],
      [150, 50, true],
      [200, 50, false],
      [201, 50, true],
    ],
  ],
  [
    "it ends with an interval in which one was quick",
    [
      [0, 50, false],
      [100, 50, false],
      [150, 5, false],
      [200, 50, false],
      [250, 50, false],
    ],
  ],
  [
    "the very first is not taken for the end of an interval",
    [
      [1e6, 1e5, false],
      [1e6 + 1, 1e5, false],
    ],
  ],
])("%s", (_name, steps) => {
  const codel = new Codel({ targetMs: 5, intervalMs: 100 });
  const seen = steps.map(([nowMs, waitedMs]) => codel.sheds(waitedMs, nowMs));
  expect(seen).toEqual(steps.map(([, , isShed]) => isShed));
});

test("one that started without a wait shows that the queue does not stand", () => {
  const codel = new Codel({ targetMs: 5, intervalMs: 100 });
  codel.sheds(50, 0);
  codel.onNoWait();
  codel.sheds(50, 100);
  expect(codel.sheds(50, 101)).toBe(false);
});
