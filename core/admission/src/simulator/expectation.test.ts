import { expect, test } from "bun:test";
import { type Expectation, isMet, phaseOf } from "./expectation.ts";
import type { ScenarioResult } from "./result.ts";

const about = { phase: "whole run", measure: "p99Ms" } as const;

test.each<[string, Expectation, value: number, boolean]>([
  ["its lower end", { ...about, atLeast: 5 }, 5, true],
  ["below it", { ...about, atLeast: 5 }, 4.999, false],
  ["its upper end", { ...about, atMost: 5 }, 5, true],
  ["above it", { ...about, atMost: 5 }, 5.001, false],
  ["between both", { ...about, atLeast: 4, atMost: 5 }, 4.5, true],
  ["nothing at all", { ...about, atLeast: 4, atMost: 5 }, Number.NaN, false],
  ["never, where any time will do", { ...about, atLeast: 4 }, Number.POSITIVE_INFINITY, true],
  ["never, where it has an end", { ...about, atMost: 5 }, Number.POSITIVE_INFINITY, false],
])("a range and %s", (_name, range, value, isWithin) => {
  expect(isMet(value, range)).toBe(isWithin);
});

test("a phase that a scenario does not have is a mistake", () => {
  const whole = { name: "whole run" } as ScenarioResult["whole"];
  const result = { scenario: "a", whole, phases: [] } as unknown as ScenarioResult;
  expect(phaseOf(result, "whole run")).toBe(whole);
  expect(() => phaseOf(result, "other")).toThrow('a has no phase "other"');
});
