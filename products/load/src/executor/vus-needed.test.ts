import { expect, test } from "bun:test";
import { portionOf } from "@breakwater/schedule";
import type { Scenario } from "../plan/scenario.ts";
import { anyScenario } from "./fake-run.ts";
import { vusNeeded } from "./vus-needed.ts";

const common = { ...anyScenario, startTimeMs: 70, gracefulStopMs: 30 };
const stages = [
  { durationMs: 100, target: 5 },
  { durationMs: 0, target: 1 },
  { durationMs: 100, target: 1 },
];
const arrival = { timeUnitMs: 1000, preAllocatedVus: 3, maxVus: 9 };

const scenarios: Record<Scenario["executor"], Scenario> = {
  "shared-iterations": {
    ...common,
    executor: "shared-iterations",
    vus: 3,
    iterations: 9,
    maxDurationMs: 100,
  },
  "per-vu-iterations": {
    ...common,
    executor: "per-vu-iterations",
    vus: 3,
    iterations: 9,
    maxDurationMs: 100,
  },
  "constant-vus": { ...common, executor: "constant-vus", vus: 3, durationMs: 100 },
  "ramping-vus": {
    ...common,
    executor: "ramping-vus",
    startVus: 4,
    stages,
    gracefulRampDownMs: 20,
  },
  "constant-arrival-rate": {
    ...common,
    ...arrival,
    executor: "constant-arrival-rate",
    rate: 5,
    durationMs: 100,
  },
  "ramping-arrival-rate": {
    ...common,
    ...arrival,
    executor: "ramping-arrival-rate",
    startRate: 5,
    stages,
  },
};

test.each<[Scenario["executor"], string, string]>([
  ["shared-iterations", "0:3 130:0", "0:1 130:0"],
  ["per-vu-iterations", "0:3 130:0", "0:1 130:0"],
  ["constant-vus", "0:3 130:0", "0:1 130:0"],
  ["ramping-vus", "0:4 120:1 230:0", "0:2 120:0 230:0"],
  ["constant-arrival-rate", "0:3 130:0", "0:1 130:0"],
  ["ramping-arrival-rate", "0:3 230:0", "0:1 230:0"],
])("%s needs %s; the second of two workers %s", (executor, alone, second) => {
  const needs = [
    vusNeeded(scenarios[executor], portionOf({ worker: 0, workers: 1 })),
    vusNeeded(scenarios[executor], portionOf({ worker: 1, workers: 2 })),
  ];
  const texts = needs.map(({ steps }) => steps.map(({ atMs, vus }) => `${atMs}:${vus}`).join(" "));
  expect(texts).toEqual([alone, second]);
  expect(needs.map(({ startMs }) => startMs)).toEqual([70, 70]);
});
