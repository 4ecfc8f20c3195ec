import type { Segment } from "@breakwater/schedule";
import { parseDuration } from "@breakwater/units";
import { PlanError } from "./error.ts";
import type { DnsOptions } from "./network-fields.ts";
import type { Options } from "./options.ts";
import type { DnsSettings, HttpSettings, HttpVersion, Plan, TlsPlan } from "./plan.ts";
import type { Scenario } from "./scenario.ts";
import type { ScenarioOptions } from "./scenario-schema.ts";
import { toSegment, tryPoints, tryRange } from "./segments.ts";
import { showRunOptions } from "./show-options.ts";
import { defaultSystemTags } from "./system-tags.ts";
import { problemsOf, toScenario } from "./to-scenario.ts";

export interface PlanDefaults {
  readonly userAgent: string;
  readonly httpVersion?: HttpVersion | undefined;
}

/** The plan that the options make, defaults filled in. Throws a PlanError on contradictions. */
export function toPlan(given: Options, defaults: PlanDefaults): Plan {
  const scenarios = scenarioOptions(given);
  const options = { ...withDefaults(given), scenarios };
  return {
    scenarios: toScenarios(scenarios),
    segment: toPlanSegment(options),
    thresholds: options.thresholds ?? {},
    http: toHttpSettings(options, defaults),
    tags: options.tags ?? {},
    isPaused: options.paused ?? false,
    noSetup: options.noSetup ?? false,
    noTeardown: options.noTeardown ?? false,
    setupTimeoutMs: options.setupTimeout ?? 60_000,
    teardownTimeoutMs: options.teardownTimeout ?? 60_000,
    handleSummaryTimeoutMs: options.handleSummaryTimeout ?? 120_000,
    minIterationDurationMs: options.minIterationDuration ?? 0,
    summaryTrendStats: options.summaryTrendStats,
    summaryTimeUnit: options.summaryTimeUnit ?? "",
    systemTags: options.systemTags,
    features: options.features ?? [],
    consoleOutput: options.consoleOutput,
    shown: showRunOptions(options),
  };
}

/** With the defaults that k6 shows; those of all else are not to be told from unset ones. */
export function withDefaults<T extends Options>(
  options: T,
): T & Required<Pick<Plan, "summaryTrendStats" | "systemTags">> {
  const { summaryTrendStats = defaultTrendStats, systemTags = defaultSystemTags } = options;
  return { ...options, summaryTrendStats, systemTags };
}

/** The scenarios that the options name, or the one that their shortcuts stand for. */
export function scenarioOptions(options: Options): Readonly<Record<string, ScenarioOptions>> {
  return options.scenarios ?? { default: fromShortcuts(options) };
}

const defaultTrendStats = ["avg", "min", "med", "max", "p(90)", "p(95)"] as const;

function toHttpSettings(options: Options, defaults: PlanDefaults): HttpSettings {
  const { rps = 0 } = options;
  return {
    userAgent: options.userAgent ?? defaults.userAgent,
    maxRedirects: options.maxRedirects ?? 10,
    insecureSkipTlsVerify: options.insecureSkipTLSVerify ?? false,
    discardResponseBodies: options.discardResponseBodies ?? false,
    noConnectionReuse: options.noConnectionReuse ?? false,
    noVuConnectionReuse: options.noVUConnectionReuse ?? false,
    noCookiesReset: options.noCookiesReset ?? false,
    batch: options.batch ?? 20,
    batchPerHost: options.batchPerHost ?? 6,
    isThrowing: options.throw ?? false,
    dns: toDns(options.dns),
    hosts: options.hosts ?? {},
    blacklistIps: options.blacklistIPs ?? [],
    blockHostnames: options.blockHostnames ?? [],
    localIps: options.localIPs?.split(",") ?? [],
    tls: toTls(options),
    requestsPerSecond: rps > 0 ? rps : undefined,
    httpDebug: toHttpDebug(options.httpDebug),
    httpVersion: defaults.httpVersion ?? "auto",
  };
}

/** "inf" as ms: JSON has no infinity, and the plan crosses process borders; a century will do. */
const CENTURY_MS = 100 * 365 * 86_400_000;

function toDns({ ttl = "5m", select, policy }: DnsOptions = {}): DnsSettings {
  const ttlMs = ttl === "inf" ? CENTURY_MS : parseDuration(ttl);
  return { ttlMs, select: select ?? "random", policy: policy ?? "preferIPv4" };
}

function toTls({ tlsVersion, tlsCipherSuites, tlsAuth }: Options): TlsPlan {
  return {
    minVersion: tlsVersion?.min || undefined,
    maxVersion: tlsVersion?.max || undefined,
    cipherSuites: tlsCipherSuites ?? [],
    certificates: tlsAuth ?? [],
  };
}

/** Any other text than "full" means headers, as in k6. */
function toHttpDebug(httpDebug: string | undefined): HttpSettings["httpDebug"] {
  if (!httpDebug) return "";
  return httpDebug === "full" ? "full" : "headers";
}

function toPlanSegment({
  executionSegment,
  executionSegmentSequence,
}: Options): Segment | undefined {
  if (executionSegment === undefined && executionSegmentSequence === undefined) return undefined;
  const own = executionSegment === undefined ? undefined : tryRange(executionSegment);
  const points =
    executionSegmentSequence === undefined ? undefined : tryPoints(executionSegmentSequence);
  try {
    return toSegment(own, points);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PlanError([`options.executionSegment: ${error.message}`]);
  }
}

function toScenarios(options: Readonly<Record<string, ScenarioOptions>>): readonly Scenario[] {
  const scenarios = Object.entries(options).map(([name, each]) => toScenario(name, each));
  const problems = scenarios.flatMap(problemsOf);
  if (problems.length > 0) throw new PlanError(problems);
  return scenarios;
}

/** k6's shortcuts as the one scenario "default" (load.md 1.4). */
function fromShortcuts({ vus, duration, iterations, stages }: Options): ScenarioOptions {
  if (stages) return { executor: "ramping-vus", startVUs: vus, stages };
  if (iterations !== undefined) {
    return { executor: "shared-iterations", vus, iterations, maxDuration: duration };
  }
  if (duration !== undefined) return { executor: "constant-vus", vus, duration };
  if (vus === undefined) return { executor: "per-vu-iterations" };
  return { executor: "shared-iterations", vus, iterations: vus };
}
