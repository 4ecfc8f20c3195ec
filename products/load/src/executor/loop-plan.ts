import { reservedVus, type VuStep, vuSteps } from "@breakwater/schedule";
import type { ConstantVus, RampingVus } from "../plan/scenario.ts";
import { scenarioTimes } from "./scenario-times.ts";

/** Over all workers, in ms from the scenario's start. */
export interface LoopPlan {
  /** How many VUs iterate. */
  readonly wanted: readonly VuStep[];
  /** How many may be in use; never fewer than are wanted. */
  readonly reserved: readonly VuStep[];
}

/** A constant number of VUs is a ramp without stages. */
export function loopPlan(scenario: ConstantVus | RampingVus): LoopPlan {
  const { endMs } = scenarioTimes(scenario);
  const [wanted, gracefulRampDownMs] =
    scenario.executor === "ramping-vus"
      ? [vuSteps(scenario), scenario.gracefulRampDownMs]
      : [[{ atMs: 0, vus: scenario.vus }], 0];
  return { wanted, reserved: reservedVus(wanted, { gracefulRampDownMs, endMs }) };
}
