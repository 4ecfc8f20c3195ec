import type { Options, ThresholdSpec } from "./options.ts";
import type { VuStage } from "./scenario.ts";
import type { ScenarioOptions } from "./scenario-schema.ts";

/** Null where nothing is set; JSON. */
export type ShownOptions = Readonly<Record<string, unknown>>;

/**
 * The options as k6 writes them, key by key: durations as "1m30s", null for what is not set. It is
 * what `k6 inspect` prints.
 */
export function showOptions(options: Options): ShownOptions {
  return {
    paused: orNull(options.paused),
    vus: orNull(options.vus),
    duration: showDuration(options.duration),
    iterations: orNull(options.iterations),
    stages: options.stages ? options.stages.map(showStage) : null,
    scenarios: options.scenarios ? mapValues(options.scenarios, showScenario) : null,
    executionSegment: orNull(options.executionSegment),
    executionSegmentSequence: orNull(options.executionSegmentSequence),
    noSetup: orNull(options.noSetup),
    setupTimeout: showDuration(options.setupTimeout),
    noTeardown: orNull(options.noTeardown),
    teardownTimeout: showDuration(options.teardownTimeout),
    handleSummaryTimeout: showDuration(options.handleSummaryTimeout),
    rps: orNull(options.rps),
    dns: {
      ttl: orNull(options.dns?.ttl),
      select: orNull(options.dns?.select),
      policy: orNull(options.dns?.policy),
    },
    maxRedirects: orNull(options.maxRedirects),
    userAgent: orNull(options.userAgent),
    batch: orNull(options.batch),
    batchPerHost: orNull(options.batchPerHost),
    httpDebug: orNull(options.httpDebug),
    insecureSkipTLSVerify: orNull(options.insecureSkipTLSVerify),
    tlsCipherSuites: orNull(options.tlsCipherSuites),
    tlsVersion: orNull(options.tlsVersion),
    tlsAuth: options.tlsAuth
      ? options.tlsAuth.map(({ cert, key, password, domains }) => ({
          ...{ cert, key, password: orNull(password), domains },
        }))
      : null,
    throw: orNull(options.throw),
    thresholds: options.thresholds
      ? mapValues(options.thresholds, (specs) => specs.map(showThreshold))
      : null,
    blacklistIPs: orNull(options.blacklistIPs),
    blockHostnames: orNull(options.blockHostnames),
    hosts: orNull(options.hosts),
    noConnectionReuse: orNull(options.noConnectionReuse),
    noVUConnectionReuse: orNull(options.noVUConnectionReuse),
    minIterationDuration: showDuration(options.minIterationDuration),
    ...(options.cloud !== undefined && { cloud: options.cloud }),
    ext: orNull(options.ext),
    summaryTrendStats: orNull(options.summaryTrendStats),
    summaryTimeUnit: orNull(options.summaryTimeUnit),
    systemTags: options.systemTags?.length ? options.systemTags.toSorted() : null,
    tags: orNull(options.tags),
    metricSamplesBufferSize: orNull(options.metricSamplesBufferSize),
    noCookiesReset: orNull(options.noCookiesReset),
    discardResponseBodies: orNull(options.discardResponseBodies),
    features: orNull(options.features),
  };
}

/** As `exec.test.options` has them: the shortcuts are a scenario by then. */
export function showRunOptions(options: Options): ShownOptions {
  const { vus, duration, iterations, stages, ...shown } = showOptions(options);
  return {
    ...shown,
    consoleOutput: orNull(options.consoleOutput),
    localIPs: orNull(options.localIPs),
  };
}

/** As Go writes a duration: "1h0m0s", "1m30s", "1.5s", "250ms", "1.5ms", "10µs", "0s". */
export function showDuration(ms: number | undefined): string | null {
  if (ms === undefined) return null;
  if (ms === 0) return "0s";
  const ns = Math.round(ms * 1e6);
  if (ns < 1000) return `${ns}ns`;
  if (ns < 1e6) return `${ns / 1e3}µs`;
  if (ns < 1e9) return `${ns / 1e6}ms`;
  const minutes = Math.floor(ns / 60e9);
  const seconds = `${(ns - minutes * 60e9) / 1e9}s`;
  if (minutes === 0) return seconds;
  if (minutes < 60) return `${minutes}m${seconds}`;
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

function showScenario(scenario: ScenarioOptions): ShownOptions {
  const common = {
    executor: scenario.executor,
    startTime: showDuration(scenario.startTime),
    gracefulStop: showDuration(scenario.gracefulStop),
    env: orNull(scenario.env),
    exec: orNull(scenario.exec),
    tags: orNull(scenario.tags),
    ...(scenario.options && { options: scenario.options }),
  };
  switch (scenario.executor) {
    case "shared-iterations":
    case "per-vu-iterations": {
      const { vus, iterations, maxDuration } = scenario;
      const counted = { vus: orNull(vus), iterations: orNull(iterations) };
      return { ...common, ...counted, maxDuration: showDuration(maxDuration) };
    }
    case "constant-vus":
      return { ...common, vus: orNull(scenario.vus), duration: showDuration(scenario.duration) };
    case "ramping-vus":
      return {
        ...common,
        startVUs: orNull(scenario.startVUs),
        stages: scenario.stages.map(showStage),
        gracefulRampDown: showDuration(scenario.gracefulRampDown),
      };
    case "constant-arrival-rate":
      return {
        ...common,
        rate: scenario.rate,
        timeUnit: showDuration(scenario.timeUnit),
        duration: showDuration(scenario.duration),
        ...showVus(scenario),
      };
    case "ramping-arrival-rate":
      return {
        ...common,
        startRate: orNull(scenario.startRate),
        timeUnit: showDuration(scenario.timeUnit),
        stages: scenario.stages.map(showStage),
        ...showVus(scenario),
      };
  }
}

function showVus(scenario: { preAllocatedVUs: number; maxVUs?: number | undefined }): ShownOptions {
  return { preAllocatedVUs: scenario.preAllocatedVUs, maxVUs: orNull(scenario.maxVUs) };
}

function showStage({ durationMs, target }: VuStage): ShownOptions {
  return { duration: showDuration(durationMs), target };
}

/** k6 writes all of it only where there is more to say than the expression. */
function showThreshold({ expression, abortOnFail, delayAbortEvalMs }: ThresholdSpec): unknown {
  if (!abortOnFail) return expression;
  const delayAbortEval = delayAbortEvalMs === 0 ? null : showDuration(delayAbortEvalMs);
  return { threshold: expression, abortOnFail, delayAbortEval };
}

function orNull<T>(value: T | undefined): T | null {
  return value ?? null;
}

function mapValues<T>(
  map: Readonly<Record<string, T>>,
  change: (value: T) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
