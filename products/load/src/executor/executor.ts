import type { Clock } from "@breakwater/clock";
import type { Portion } from "@breakwater/schedule";
import type { VuPool } from "../vu/virtual-user.ts";
import type { IdleOrder } from "./idle-queue.ts";

/** What a scenario's run gets from the run of the whole test. */
export interface ExecutorContext {
  readonly clock: Clock;
  /** When this scenario starts on the clock (its `startTime` is already in it). */
  readonly startMs: number;
  /** Which of the scenario's VUs and iterations are this worker's. */
  readonly portion: Portion;
  readonly pool: VuPool;
  /**
   * Which idle VU takes the next iteration of an arrival rate. Oldest first is k6's: a script's VUs
   * take turns. Newest first opens no more connections than are needed, where all VUs are alike.
   */
  readonly idleOrder: IdleOrder;
  /** So many iterations were not started and never will be: k6's `dropped_iterations`. */
  readonly onDropped: (count: number, timeMs: number) => void;
  /** Something that the user should know; that the VUs do not suffice is said once. */
  readonly onNote: (message: string) => void;
}

/** One scenario on its way, in one worker. */
export interface ScenarioRun {
  /**
   * Settles when every iteration has ended or was interrupted; never rejects for what scripts do.
   */
  readonly done: Promise<void>;
  /**
   * "drain": no new iterations; those that run get the graceful stop, then are interrupted.
   * "now": they are interrupted at once.
   */
  stop(how: "drain" | "now"): void;
  progress(): ScenarioProgress;
}

export interface ScenarioProgress {
  /** From 0 to 1: of the time, or of the iterations where those are counted. */
  readonly fraction: number;
  /** VUs that run an iteration: the scenario's part of the `vus` gauge. */
  readonly vusActive: number;
  readonly complete: number;
  readonly interrupted: number;
  readonly dropped: number;
}
