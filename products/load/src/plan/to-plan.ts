import { PlanError } from "./error.ts";
import type { Options } from "./options.ts";
import type { Plan } from "./plan.ts";
import type { Scenario } from "./scenario.ts";
import type { NamelessScenario } from "./scenario-schema.ts";

/** The options that say how iterations are started; a higher layer's replace a lower one's. */
const execution = ["duration", "iterations", "stages", "scenarios"] as const;

/**
 * What the higher layer sets wins; one execution setting there replaces all below it (k6's rule).
 */
export function mergeOptions(lower: Options, higher: Options): Options {
  const merged = { ...lower };
  if (execution.some((key) => higher[key] !== undefined)) {
    for (const key of execution) delete merged[key];
  }
  return { ...merged, ...higher, tags: { ...lower.tags, ...higher.tags } };
}

/** The plan that the options make, defaults filled in. Throws a PlanError on contradictions. */
export function toPlan(options: Options, { userAgent }: { readonly userAgent: string }): Plan {
  return {
    scenarios: toScenarios(options),
    thresholds: options.thresholds ?? {},
    http: {
      userAgent: options.userAgent ?? userAgent,
      maxRedirects: options.maxRedirects ?? 10,
      insecureSkipTlsVerify: options.insecureSkipTLSVerify ?? false,
      discardResponseBodies: options.discardResponseBodies ?? false,
      noConnectionReuse: options.noConnectionReuse ?? false,
      noVuConnectionReuse: options.noVUConnectionReuse ?? false,
      noCookiesReset: options.noCookiesReset ?? false,
      batch: options.batch ?? 20,
      batchPerHost: options.batchPerHost ?? 6,
      isThrowing: options.throw ?? false,
      dns: options.dns ?? { ttlMs: 300_000, select: "random", policy: "preferIPv4" },
    },
    tags: options.tags ?? {},
    noSetup: options.noSetup ?? false,
    noTeardown: options.noTeardown ?? false,
    setupTimeoutMs: options.setupTimeout ?? 60_000,
    teardownTimeoutMs: options.teardownTimeout ?? 60_000,
    minIterationDurationMs: options.minIterationDuration ?? 0,
    summaryTrendStats: options.summaryTrendStats ?? defaultTrendStats,
    summaryTimeUnit: options.summaryTimeUnit ?? "",
  };
}

const defaultTrendStats = ["avg", "min", "med", "max", "p(90)", "p(95)"] as const;

function toScenarios(options: Options): readonly Scenario[] {
  const set = execution.filter((key) => options[key] !== undefined);
  if (set.length > 1 && !(set.length === 2 && set[0] === "duration" && set[1] === "iterations")) {
    throw new PlanError([`options: ${set.join(" and ")} exclude each other: keep one of them`]);
  }
  const named = Object.entries(options.scenarios ?? { default: fromShortcuts(options) });
  if (named.length === 0) throw new PlanError(["options.scenarios: must name a scenario"]);
  const scenarios = named.map(([name, scenario]): Scenario => ({ ...scenario, name }));
  const problems = scenarios.flatMap(problemsOf);
  if (problems.length > 0) throw new PlanError(problems);
  return scenarios;
}

/** k6's shortcuts as the one scenario "default" (load.md 1.4). */
function fromShortcuts(options: Options): NamelessScenario {
  const { vus = 1, duration: durationMs, iterations, stages } = options;
  const base = { startTimeMs: 0, gracefulStopMs: 30_000, exec: "default", env: {}, tags: {} };
  if (stages) {
    const executor = "ramping-vus";
    return { ...base, executor, startVus: vus, stages, gracefulRampDownMs: 30_000 };
  }
  if (iterations === undefined && durationMs !== undefined) {
    return { ...base, executor: "constant-vus", vus, durationMs };
  }
  const maxDurationMs = durationMs ?? 600_000;
  const executor = "shared-iterations";
  return { ...base, executor, vus, iterations: iterations ?? vus, maxDurationMs };
}

/** What two values of a scenario, each right by itself, have against each other. */
function problemsOf(scenario: Scenario): string[] {
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
  if ("maxVus" in scenario && scenario.maxVus < scenario.preAllocatedVus) {
    const { maxVus, preAllocatedVus } = scenario;
    return [
      `scenario ${name}: maxVUs (${maxVus}) is less than preAllocatedVUs (${preAllocatedVus})`,
    ];
  }
  return [];
}
