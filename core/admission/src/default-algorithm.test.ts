import { expect, test } from "bun:test";
import { defaultAlgorithm } from "./default-algorithm.ts";

test.each([
  ["one drop in twenty is nothing", 5, {}, 100],
  ["more are a sign of overload", 6, {}, 90],
  ["unless more are said to be usual", 6, { window: { dropTolerance: 0.1 } }, 100],
  ["what is said of the window keeps that share", 5, { window: { minSamples: 10 } }, 100],
])("%s", (_what, drops, options, limit) => {
  const algorithm = defaultAlgorithm(options);
  for (let index = 0; index < 100; index += 1) {
    // The window ends with the last of them.
    const nowMs = index < 99 ? 0 : 250;
    const outcome = index < drops ? "dropped" : "success";
    algorithm.onSample({ rttMs: 10, inFlight: 60, outcome, nowMs, count: 1 });
  }
  expect([algorithm.name, algorithm.limit]).toEqual(["plateau", limit]);
});
