import { expect, test } from "bun:test";
import { peakVus, type VuNeed } from "./peak-vus.ts";

test.each([
  ["nothing to run", "", 0],
  ["one scenario", "0 0:5 1000:0", 5],
  ["one after the other share their VUs", "0 0:5 1000:0 | 1000 0:7 2000:0", 7],
  ["in whatever order they are listed", "1000 0:7 2000:0 | 0 0:5 1000:0", 7],
  ["one that starts a moment too early does not", "0 0:5 1000:0 | 999 0:7 2000:0", 12],
  ["at the same time they add up", "0 0:5 1000:0 | 0 0:7 2000:0", 12],
  ["peaks at different times", "0 0:1 500:9 600:1 1000:0 | 600 0:5 100:0 | 700 0:2 100:0", 9],
  ["one that never ends its need", "0 0:3 | 5000 0:4 100:0", 7],
])("%s", (_name, needs, want) => {
  expect(peakVus(toNeeds(needs))).toBe(want);
});

/** "5 0:2 10:0": a scenario that starts at 5 ms, with 2 VUs for 10 ms. */
function toNeeds(text: string): VuNeed[] {
  if (text === "") return [];
  return text.split(" | ").map((need) => {
    const [startMs, ...steps] = need.split(" ");
    return {
      startMs: Number(startMs),
      steps: steps
        .map((step) => step.split(":").map(Number))
        .map(([atMs = 0, vus = 0]) => ({ atMs, vus })),
    };
  });
}
