import type { DnsOptions } from "./network-fields.ts";
import type { ClientCertificate } from "./plan.ts";
import type { VuStage } from "./scenario.ts";
import type { ScenarioOptions } from "./scenario-schema.ts";
import type { TlsVersions } from "./tls-fields.ts";

/** One threshold as it stands in the options: the expression is parsed by core/metrics. */
export interface ThresholdSpec {
  readonly expression: string;
  readonly abortOnFail: boolean;
  readonly delayAbortEvalMs: number;
}

/**
 * k6's `options` (load.md 1.4) after reading: durations are ms, scenarios are typed. Each may be
 * absent; toPlan() knows the defaults.
 */
export interface Options {
  paused?: boolean | undefined;
  vus?: number | undefined;
  duration?: number | undefined;
  iterations?: number | undefined;
  stages?: readonly VuStage[] | undefined;
  scenarios?: Readonly<Record<string, ScenarioOptions>> | undefined;
  /** In lowest terms: "0:1/4". */
  executionSegment?: string | undefined;
  /** In lowest terms: "0,1/4,1". */
  executionSegmentSequence?: string | undefined;
  noSetup?: boolean | undefined;
  setupTimeout?: number | undefined;
  noTeardown?: boolean | undefined;
  teardownTimeout?: number | undefined;
  handleSummaryTimeout?: number | undefined;
  rps?: number | undefined;
  dns?: DnsOptions | undefined;
  maxRedirects?: number | undefined;
  userAgent?: string | undefined;
  batch?: number | undefined;
  batchPerHost?: number | undefined;
  httpDebug?: string | undefined;
  insecureSkipTLSVerify?: boolean | undefined;
  tlsCipherSuites?: readonly string[] | undefined;
  tlsVersion?: TlsVersions | undefined;
  tlsAuth?: readonly ClientCertificate[] | undefined;
  throw?: boolean | undefined;
  thresholds?: Readonly<Record<string, readonly ThresholdSpec[]>> | undefined;
  blacklistIPs?: readonly string[] | undefined;
  blockHostnames?: readonly string[] | undefined;
  hosts?: Readonly<Record<string, string>> | undefined;
  noConnectionReuse?: boolean | undefined;
  noVUConnectionReuse?: boolean | undefined;
  minIterationDuration?: number | undefined;
  /** k6 Cloud's; kept to be shown. */
  cloud?: unknown;
  ext?: Readonly<Record<string, unknown>> | undefined;
  summaryTrendStats?: readonly string[] | undefined;
  summaryTimeUnit?: "" | "s" | "ms" | "us" | undefined;
  systemTags?: readonly string[] | undefined;
  tags?: Readonly<Record<string, string>> | undefined;
  /** Of k6's own; nothing is buffered here. */
  metricSamplesBufferSize?: number | undefined;
  noCookiesReset?: boolean | undefined;
  discardResponseBodies?: boolean | undefined;
  /** Names of feature flags; a script cannot set them. */
  features?: readonly string[] | undefined;
  /** Not for scripts: environment and flags only, as is localIPs. */
  consoleOutput?: string | undefined;
  localIPs?: string | undefined;
}
