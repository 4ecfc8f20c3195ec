import { lengthMs } from "../plan/plan.ts";
import type { Scenario } from "../plan/scenario.ts";

export interface ScenarioTimes {
  /** For so long iterations may start. */
  readonly regularMs: number;
  /** After so long the last one is interrupted. */
  readonly endMs: number;
}

/** How long a scenario takes at the most, counted from its own start. */
export function scenarioTimes(scenario: Scenario): ScenarioTimes {
  const regularMs = lengthMs(scenario);
  return { regularMs, endMs: regularMs + scenario.gracefulStopMs };
}
