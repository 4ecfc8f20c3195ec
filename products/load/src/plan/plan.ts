import { portionOf, type Segment } from "@breakwater/schedule";
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
  /** Name, `*.name` or name:port → address, or address:port, instead of asking the resolver. */
  readonly hosts: Readonly<Record<string, string>>;
  /** CIDR blocks that no connection may go to. */
  readonly blacklistIps: readonly string[];
  /** Names and `*.name` patterns that no connection may go to. */
  readonly blockHostnames: readonly string[];
  /** Addresses, ranges and CIDR blocks to connect from, one for each VU in turn. */
  readonly localIps: readonly string[];
  readonly tls: TlsPlan;
  /** Of HTTP requests over all VUs of the run; undefined for no limit. */
  readonly requestsPerSecond: number | undefined;
  /** What is printed of every request and response. */
  readonly httpDebug: "" | "headers" | "full";
  readonly httpVersion: HttpVersion;
}

/** "auto": HTTP/2 where the server agrees to it by ALPN, as in k6; else HTTP/1.1. */
export type HttpVersion = "auto" | "1.1" | "2" | "3";

export interface TlsPlan {
  readonly minVersion: TlsVersion | undefined;
  readonly maxVersion: TlsVersion | undefined;
  /** IANA names; empty for the default set. */
  readonly cipherSuites: readonly string[];
  readonly certificates: readonly ClientCertificate[];
}

export type TlsVersion = "tls1.0" | "tls1.1" | "tls1.2" | "tls1.3";

/** A client certificate and where it is shown. PEM. */
export interface ClientCertificate {
  /** Names and `*.name` patterns; empty for every host. */
  readonly domains: readonly string[];
  readonly cert: string;
  readonly key: string;
  readonly password: string | undefined;
}

export interface DnsSettings {
  readonly ttlMs: number;
  readonly select: "first" | "random" | "roundRobin";
  readonly policy: "preferIPv4" | "preferIPv6" | "onlyIPv4" | "onlyIPv6" | "any";
}

/** Everything a run is to do, read once and valid: nothing behind it checks again. JSON-able. */
export interface Plan {
  readonly scenarios: readonly Scenario[];
  /** The part of the whole test that is run here; undefined for all of it. */
  readonly segment: Segment | undefined;
  readonly thresholds: Readonly<Record<string, readonly ThresholdSpec[]>>;
  readonly http: HttpSettings;
  /** On every sample. */
  readonly tags: Readonly<Record<string, string>>;
  /** The test waits for somebody to resume it by the REST API before it starts. */
  readonly isPaused: boolean;
  readonly noSetup: boolean;
  readonly noTeardown: boolean;
  readonly setupTimeoutMs: number;
  readonly teardownTimeoutMs: number;
  readonly handleSummaryTimeoutMs: number;
  readonly minIterationDurationMs: number;
  readonly summaryTrendStats: readonly string[];
  readonly summaryTimeUnit: "" | "s" | "ms" | "us";
  /** The tags of requests, checks and iterations that samples carry (load.md 1.4). */
  readonly systemTags: readonly string[];
  /** k6's feature flags that are on. */
  readonly features: readonly string[];
  /** A file for what the script writes to its console, instead of stderr. */
  readonly consoleOutput: string | undefined;
  /** The options as k6 consolidates them: what `exec.test.options` and `inspect` show. JSON. */
  readonly shown: Readonly<Record<string, unknown>>;
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

/** The most VUs that each scenario may use at once, of those that are this segment's. */
export function mostVusHere({ scenarios, segment }: Plan): readonly number[] {
  const portion = portionOf({ segment, worker: 0, workers: 1 });
  return scenarios.map((scenario) => portion.count(mostVus(scenario)));
}

function mostVus(scenario: Scenario): number {
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
