import type { Portion, VuNeed, VuStep } from "@breakwater/schedule";
import type { Scenario } from "../plan/scenario.ts";
import { loopPlan } from "./loop-plan.ts";
import { scenarioTimes } from "./scenario-times.ts";

/**
 * How many VUs this worker must have ready for the scenario, over time: `peakVus` of all of them is
 * how many to make before the test. What arrival rates add up to `maxVUs` is made when it is
 * needed.
 */
export function vusNeeded(scenario: Scenario, portion: Portion): VuNeed {
  const steps = stepsOver(scenario).map(({ atMs, vus }) => ({
    atMs,
    vus: portion.count(vus),
  }));
  return { startMs: scenario.startTimeMs, steps };
}

function stepsOver(scenario: Scenario): readonly VuStep[] {
  const { endMs } = scenarioTimes(scenario);
  switch (scenario.executor) {
    case "shared-iterations":
    case "per-vu-iterations":
      return untilEnd(scenario.vus, endMs);
    case "constant-vus":
    case "ramping-vus":
      return loopPlan(scenario).reserved;
    case "constant-arrival-rate":
    case "ramping-arrival-rate":
      return untilEnd(scenario.preAllocatedVus, endMs);
  }
}

function untilEnd(vus: number, endMs: number): readonly VuStep[] {
  return [
    { atMs: 0, vus },
    { atMs: endMs, vus: 0 },
  ];
}
