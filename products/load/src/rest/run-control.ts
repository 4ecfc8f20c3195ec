import type { GroupResult, Registry } from "@breakwater/metrics";

/** How far a run is; k6 numbers these as they stand here, from 0. */
export const runStages = [
  "created",
  "init-vus",
  "init-executors",
  "init-done",
  "paused-before-run",
  "started",
  "setup",
  "running",
  "teardown",
  "ended",
  "interrupted",
  "marked-as-failed",
] as const;

export type RunStage = (typeof runStages)[number];

export interface RunState {
  readonly stage: RunStage;
  /** It waits to be resumed before it starts. */
  readonly isPaused: boolean;
  /** It was told to stop, by anybody. */
  readonly isStopped: boolean;
  /** Since the scenarios began; 0 before. */
  readonly elapsedMs: number;
  readonly vusActive: number;
  readonly vusInitialized: number;
  /** Keys of the series with a threshold that does not hold at the moment. */
  readonly tainted: ReadonlySet<string>;
}

/** A run as the REST API sees and steers it. */
export interface RunControl {
  readonly registry: Registry;
  rootGroup(): GroupResult;
  state(): RunState;
  /** Starts a test that was paused; only called when it is. */
  resume(): void;
  /** Ends the test with exit code 103: what runs is cut, teardown() and the summary still come. */
  stop(): void;
  /** What every VU gets a copy of; JSON, or undefined for none. */
  setupData(): string | undefined;
  setSetupData(json: string | undefined): void;
  /** Calls setup() and keeps what it returns. Rejects with what it throws. */
  runSetup(): Promise<void>;
  runTeardown(): Promise<void>;
}
