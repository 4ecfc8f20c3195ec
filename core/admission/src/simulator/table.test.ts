import { expect, test } from "bun:test";
import type { SuiteScenario } from "./expectation.ts";
import type { PhaseResult, ScenarioResult } from "./result.ts";
import { scenarios } from "./scenarios.ts";
import { suiteTables } from "./table.ts";

const shown = { name: "overload", fromMs: 20_000, untilMs: 35_500 };
const scenario: SuiteScenario = {
  ...{ ...scenarios[0]!, name: "too much", description: "All at once.", shown: "overload" },
  phases: [shown],
  disturbedUntilMs: 35_500,
  healthy: [
    { phase: "overload", measure: "goodPerSecond", atLeast: 400 },
    { phase: "overload", measure: "recoveryMs", atMost: 2000 },
    { phase: "whole run", measure: "p99Ms", atMost: 1 },
  ],
};

function resultOf(phase: Partial<PhaseResult>, recoveryMs: number | undefined): ScenarioResult {
  const counted: PhaseResult = {
    ...{ ...shown, started: 1, offered: 1, admitted: 1, shed: {}, refused: 0, timedOut: 0 },
    ...{ gaveUp: 0, completed: 1, shedShare: 0.1234, falseShedShare: 0, goodPerSecond: 432.1 },
    ...{ meanMs: 1, p50Ms: 17.4, p99Ms: 99.5, meanInFlight: 1, meanLimit: 12, ...phase },
  };
  return {
    ...{ scenario: "too much", algorithm: "fixed", seed: 1, phases: [counted] },
    ...{ whole: { ...counted, name: "whole run" }, overTime: [], recoveryMs },
  };
}

test("it shows a line for each contestant, bold where the shown phase is not healthy", () => {
  const results = [
    resultOf({}, 2000),
    resultOf({ goodPerSecond: 0, p50Ms: Number.NaN, p99Ms: Number.NaN }, undefined),
  ];
  expect(
    suiteTables([{ scenario, results }], { title: "algorithm", names: ["a", "b"] }).split("\n"),
  ).toEqual([
    "## Too much",
    "",
    "All at once. Shown: overload, 20 to 35.5 s.",
    "",
    "| algorithm | good/s | p50 ms | p99 ms | shed % | falsely % | limit | recovers in s |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    "| `a` | 432 | 17 | 100 | 12.3 | 0.0 | 12 | 2 |",
    "| `b` | **0** | – | – | 12.3 | 0.0 | 12 | **never** |",
    "",
  ]);
});

test("where nothing disturbs, nothing recovers", () => {
  const { disturbedUntilMs: _, ...undisturbed } = scenario;
  const lines = suiteTables([{ scenario: undisturbed, results: [resultOf({}, undefined)] }], {
    title: "algorithm",
    names: ["a"],
  });
  expect(lines).not.toContain("recovers");
  expect(lines).not.toContain("never");
});
