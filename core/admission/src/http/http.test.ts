import { expect, test } from "bun:test";
import fc from "fast-check";
import { retryAfterSeconds } from "./retry-after.ts";
import { statusOutcome } from "./status-outcome.ts";

test.each([
  [0, 0, 1],
  [0, 0.999, 2],
  [20, 0.999, 3],
  [1000, 0, 1],
  [1001, 0, 2],
  [60_000, 0, 60],
  [60_000, 0.999, 90],
  [Number.NaN, 0, 1],
  [-5, 0.5, 1],
])("after %p ms, by a chance of %p, is Retry-After: %p", (retryAfterMs, chance, want) => {
  expect(retryAfterSeconds(retryAfterMs, chance)).toBe(want);
});

test("Retry-After is whole seconds, never too early, and at most half as late again", () => {
  const ms = fc.double({ min: 0, max: 1e11, noNaN: true });
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(ms, chance, (retryAfterMs, random) => {
      const seconds = retryAfterSeconds(retryAfterMs, random);
      expect(Number.isInteger(seconds)).toBe(true);
      expect(seconds).toBeGreaterThanOrEqual(Math.max(1, retryAfterMs / 1000));
      expect(seconds).toBeLessThanOrEqual(Math.max(3, (retryAfterMs / 1000) * 1.5) + 1);
    }),
  );
});

test.each([
  [200, "success"],
  [101, "success"],
  [304, "success"],
  [404, "ignored"],
  [429, "ignored"],
  [500, "ignored"],
  [502, "ignored"],
  [503, "dropped"],
  [504, "dropped"],
] as const)("an answer of %p is %s", (status, outcome) => {
  expect(statusOutcome(status)).toBe(outcome);
});
