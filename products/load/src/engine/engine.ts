import type { CheckSnapshot, RegistrySnapshot } from "@breakwater/metrics";
import type { PortableScript } from "@breakwater/script-host";
import type { Folded, SamplingPlan } from "@breakwater/sink";
import type { ScenarioProgress } from "../executor/index.ts";
import type { Plan } from "../plan/plan.ts";
import type { ScriptVerdict } from "./test-state.ts";

/** One request over and over, as URL mode makes it. JSON-able, as is all of a job. */
export interface UrlWorkload {
  readonly kind: "url";
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
  readonly timeoutMs: number;
}

export interface ScriptWorkload {
  readonly kind: "script";
  readonly script: PortableScript;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: SecretSettings;
}

/** Where scripts get secrets from, as SecretSources takes it. */
export interface SecretSettings {
  readonly lines: readonly string[];
  /** k6's K6_SECRET_SOURCE_URL_* alone. */
  readonly env: Readonly<Record<string, string>>;
}

export type Workload = UrlWorkload | ScriptWorkload;

/** What one process is to do: the whole plan, and which of its stripes. */
export interface EngineJob {
  readonly plan: Plan;
  readonly workload: Workload;
  /** This process is `worker` of `workers`, from 0. */
  readonly worker: number;
  readonly workers: number;
  /** PEM of the authorities to trust instead of the system's. */
  readonly caPem: string | undefined;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, where they are set. */
  readonly proxies: Readonly<Record<string, string>>;
  /** What is done with single samples, for `--out`; undefined when nobody wants them. */
  readonly sampling: SamplingPlan | undefined;
  /** The load goes to this process itself, before the run (see warm-up.ts). */
  readonly isWarmUp?: boolean;
}

/** What was measured since the last report: folded, never samples. */
export interface EngineReport {
  readonly metrics: RegistrySnapshot;
  readonly checks: CheckSnapshot;
  readonly scenarios: Readonly<Record<string, ScenarioProgress>>;
  readonly vusActive: number;
  readonly vusInitialized: number;
  /** Requests since the start that got an answer, whatever its status. */
  readonly answered: number;
  /** The share of one core that this process has used since the start. */
  readonly cpu: number;
  /** By tags, for the outputs and the summary that want it so. */
  readonly folded?: Folded | undefined;
}

export interface EngineEvents {
  readonly onReport: (report: EngineReport) => void;
  readonly onLog: OnLog;
  /** The script asked for the test's end, or for its failure. */
  readonly onVerdict: (verdict: ScriptVerdict) => void;
  /** Samples can no longer be written; the run goes on. Told once. */
  readonly onSamplesLost: (message: string) => void;
}

/** A line for the person who runs the test; "console": the script wrote it. */
export type OnLog = (level: LogLevel, line: string, source?: "console") => void;

export type LogLevel = "debug" | "info" | "warn" | "error";

/** One process's worth of load; in this process or in a child, its owner cannot tell. */
export interface Engine {
  /** Settles when every planned VU is there; rejects when the script cannot be loaded. */
  readonly ready: Promise<void>;
  /** Starts the scenarios' clock. `setupData` is JSON, or undefined when there is none. */
  go(setupData: string | undefined): void;
  /** Drain: running iterations get their scenario's gracefulStop. Now: they are cut. */
  stop(how: "drain" | "now"): void;
  /** Settles after the last report; rejects with EngineLost when the process died. */
  readonly done: Promise<void>;
}

/** A worker process that ended before its work did. What it reported until then is kept. */
export class EngineLost extends Error {
  override readonly name = "EngineLost";
}
