import type { Scenario, VuStage } from "../plan/scenario.ts";

export interface ScenarioTimes {
  /** For so long iterations may start. */
  readonly regularMs: number;
  /** After so long the last one is interrupted. */
  readonly endMs: number;
}

/** How long a scenario takes at the most, counted from its own start. */
export function scenarioTimes(scenario: Scenario): ScenarioTimes {
  const regularMs = toRegularMs(scenario);
  return { regularMs, endMs: regularMs + scenario.gracefulStopMs };
}

function toRegularMs(scenario: Scenario): number {
  switch (scenario.executor) {
    case "shared-iterations":
    case "per-vu-iterations":
      return scenario.maxDurationMs;
    case "constant-vus":
    case "constant-arrival-rate":
      return scenario.durationMs;
    case "ramping-vus":
    case "ramping-arrival-rate":
      return scenario.stages.reduce((sumMs: number, stage: VuStage) => sumMs + stage.durationMs, 0);
  }
}
