import type { Scenario } from "./scenario.ts";
import type { ScenarioOptions } from "./scenario-schema.ts";

/** The scenario with k6's defaults for what it does not say. */
export function toScenario(name: string, options: ScenarioOptions): Scenario {
  const common = {
    name,
    startTimeMs: options.startTime ?? 0,
    gracefulStopMs: options.gracefulStop ?? 30_000,
    exec: options.exec ?? "default",
    env: options.env ?? {},
    tags: options.tags ?? {},
    ...(options.options?.browser && { browser: options.options.browser }),
  };
  switch (options.executor) {
    case "shared-iterations":
    case "per-vu-iterations": {
      const { executor, vus = 1, iterations = 1, maxDuration: maxDurationMs = 600_000 } = options;
      return { ...common, executor, vus, iterations, maxDurationMs };
    }
    case "constant-vus": {
      const { executor, vus = 1, duration: durationMs } = options;
      return { ...common, executor, vus, durationMs };
    }
    case "ramping-vus": {
      const { executor, startVUs: startVus = 1, stages } = options;
      const gracefulRampDownMs = options.gracefulRampDown ?? 30_000;
      return { ...common, executor, startVus, stages, gracefulRampDownMs };
    }
    case "constant-arrival-rate": {
      const { executor, rate, duration: durationMs } = options;
      return { ...common, ...toArrivals(options), executor, rate, durationMs };
    }
    case "ramping-arrival-rate": {
      const { executor, startRate = 0, stages } = options;
      return { ...common, ...toArrivals(options), executor, startRate, stages };
    }
  }
}

function toArrivals({
  timeUnit: timeUnitMs = 1000,
  preAllocatedVUs: preAllocatedVus,
  maxVUs: maxVus = preAllocatedVus,
}: {
  readonly timeUnit?: number | undefined;
  readonly preAllocatedVUs: number;
  readonly maxVUs?: number | undefined;
}): { timeUnitMs: number; preAllocatedVus: number; maxVus: number } {
  return { timeUnitMs, preAllocatedVus, maxVus };
}

/** What two values of a scenario, each right by itself, have against each other. */
export function problemsOf(scenario: Scenario): string[] {
  const { name } = scenario;
  if (scenario.executor === "shared-iterations" && scenario.iterations < scenario.vus) {
    const { iterations, vus } = scenario;
    return [`scenario ${name}: ${iterations} iterations cannot be shared by ${vus} VUs`];
  }
  if (scenario.executor === "ramping-vus") {
    // A rate may ramp to a fraction, VUs are counted: only here is it known which of the two it is.
    const halves = scenario.stages.filter(({ target }) => !Number.isInteger(target));
    return halves.map(
      ({ target }) => `scenario ${name}: a stage's target is a whole number of VUs, not ${target}`,
    );
  }
  if (!("maxVus" in scenario)) return [];
  const { maxVus, preAllocatedVus } = scenario;
  if (maxVus === 0)
    return [`scenario ${name}: maxVUs must be at least 1 when nothing is allocated`];
  if (maxVus >= preAllocatedVus) return [];
  return [`scenario ${name}: maxVUs (${maxVus}) is less than preAllocatedVUs (${preAllocatedVus})`];
}
