import type { Scenario } from "../plan/scenario.ts";
import { ArrivalRate } from "./arrival-rate.ts";
import { CountedIterations } from "./counted-iterations.ts";
import type { ExecutorContext, ScenarioRun } from "./executor.ts";
import { LoopingVus } from "./looping-vus.ts";

/**
 * Runs this worker's part of a scenario; all are started at once and wait for their own start time.
 */
export function runScenario(scenario: Scenario, context: ExecutorContext): ScenarioRun {
  switch (scenario.executor) {
    case "shared-iterations":
    case "per-vu-iterations":
      return new CountedIterations(scenario, context);
    case "constant-vus":
    case "ramping-vus":
      return new LoopingVus(scenario, context);
    case "constant-arrival-rate":
    case "ramping-arrival-rate":
      return new ArrivalRate(scenario, context);
  }
}
