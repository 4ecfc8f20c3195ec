import type { Scenario } from "../plan/scenario.ts";

/** One run of the scenario's function (in URL mode: one request). */
export interface Iteration {
  readonly scenario: Scenario;
  /** Counts the scenario's iterations over all workers, from 0. */
  readonly indexInTest: number;
  /** Counts the scenario's iterations in this worker, from 0. */
  readonly indexInInstance: number;
  /**
   * When it should have started, in ms on the run's clock; only the arrival-rate executors know
   * one. Latency counts from here, not from when a VU got round to it.
   */
  readonly dueMs: number | undefined;
}

/** "interrupted": cut short by the end of the scenario; it leaves no iteration metrics. */
export type IterationOutcome = "complete" | "interrupted";

/** What an executor drives. Runs one iteration at a time. */
export interface VirtualUser {
  /** From 1, unique in the whole test. */
  readonly idInTest: number;
  /** Starts an iteration; calls `onEnd` exactly once, never before returning. */
  start(iteration: Iteration, onEnd: (outcome: IterationOutcome) => void): void;
  /** Cuts the running iteration short: what it waits for fails. Harmless when none runs. */
  interrupt(): void;
}

/** Where an executor's VUs come from: those planned are there before the test starts. */
export interface VuPool {
  /** `undefined` when all are in use. */
  tryTake(): VirtualUser | undefined;
  giveBack(vu: VirtualUser): void;
  /** Makes one more VU (an arrival-rate executor's way to `maxVUs`); it comes taken. */
  grow(): Promise<VirtualUser>;
}
