import type { ThresholdSpec } from "./options.ts";
import type { Scenario } from "./scenario.ts";

/** How requests are made, for every VU of the run; the names are k6's options. */
export interface HttpSettings {
  readonly userAgent: string;
  readonly maxRedirects: number;
  readonly insecureSkipTlsVerify: boolean;
  readonly discardResponseBodies: boolean;
  readonly noConnectionReuse: boolean;
  readonly noVuConnectionReuse: boolean;
  readonly noCookiesReset: boolean;
  readonly batch: number;
  readonly batchPerHost: number;
  /** A failed request throws in the script instead of returning a response with an error. */
  readonly isThrowing: boolean;
  readonly dns: DnsSettings;
}

export interface DnsSettings {
  readonly ttlMs: number;
  readonly select: "first" | "random" | "roundRobin";
  readonly policy: "preferIPv4" | "preferIPv6" | "onlyIPv4" | "onlyIPv6" | "any";
}

/** Everything a run is to do, read once and valid: nothing behind it checks again. JSON-able. */
export interface Plan {
  readonly scenarios: readonly Scenario[];
  readonly thresholds: Readonly<Record<string, readonly ThresholdSpec[]>>;
  readonly http: HttpSettings;
  /** On every sample. */
  readonly tags: Readonly<Record<string, string>>;
  readonly noSetup: boolean;
  readonly noTeardown: boolean;
  readonly setupTimeoutMs: number;
  readonly teardownTimeoutMs: number;
  readonly minIterationDurationMs: number;
  readonly summaryTrendStats: readonly string[];
  readonly summaryTimeUnit: "" | "s" | "ms" | "us";
}

/** How long the run takes when every iteration ends in time: graceful stops not counted. */
export function regularLengthMs(plan: Plan): number {
  return Math.max(0, ...plan.scenarios.map(regularEndMs));
}

/** When the scenario stops to start iterations, in ms from the test's start. */
function regularEndMs(scenario: Scenario): number {
  return scenario.startTimeMs + lengthMs(scenario);
}

/** For so long, from its own start, the scenario starts iterations. */
export function lengthMs(scenario: Scenario): number {
  switch (scenario.executor) {
    case "shared-iterations":
    case "per-vu-iterations":
      return scenario.maxDurationMs;
    case "constant-vus":
    case "constant-arrival-rate":
      return scenario.durationMs;
    case "ramping-vus":
    case "ramping-arrival-rate":
      return scenario.stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  }
}

/** The most VUs that the scenario may use at once. */
export function mostVus(scenario: Scenario): number {
  switch (scenario.executor) {
    case "shared-iterations":
    case "per-vu-iterations":
    case "constant-vus":
      return scenario.vus;
    case "ramping-vus":
      return Math.max(scenario.startVus, ...scenario.stages.map(({ target }) => target));
    case "constant-arrival-rate":
    case "ramping-arrival-rate":
      return scenario.maxVus;
  }
}
