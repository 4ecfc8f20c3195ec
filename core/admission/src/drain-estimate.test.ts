import { expect, test } from "bun:test";
import { DrainEstimate } from "./drain-estimate.ts";

test("a line takes as long as the mean work of the last whole second says", () => {
  const drain = new DrainEstimate(0);
  const after = (rttMs: number, nowMs: number) => {
    drain.onRelease(rttMs, nowMs);
    return drain.turnsMs(10, 4);
  };
  const seen = [after(100, 1), after(300, 999), after(200, 1000), after(50, 1500), after(30, 2000)];
  expect(seen).toEqual([0, 0, 500, 500, 100]);
  expect(drain.turnsMs(1, 300)).toBe(1);
});
