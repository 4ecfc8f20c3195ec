import type { RejectionReason } from "../rejection.ts";
import type { Phase } from "./scenario.ts";

/** What a limiter made of a scenario. */
export interface ScenarioResult {
  readonly scenario: string;
  /** As the limiter names it. */
  readonly algorithm: string;
  readonly seed: number;
  readonly whole: PhaseResult;
  /** In the scenario's order. */
  readonly phases: readonly PhaseResult[];
  readonly overTime: readonly Second[];
  /**
   * From `disturbedUntilMs` to the first of three seconds in a row in which 90 % of as many as were
   * started went well; undefined when that never came, or nothing disturbs the scenario.
   */
  readonly recoveryMs: number | undefined;
}

/** Attempts are counted when they come, what became of them when it did. Shares are from 0 to 1. */
export interface PhaseResult extends Phase {
  /** Requests, not counting their retries. */
  readonly started: number;
  /** Attempts, with the retries. */
  readonly offered: number;
  readonly admitted: number;
  readonly shed: Readonly<Partial<Record<RejectionReason, number>>>;
  /** Of what was offered. */
  readonly shedShare: number;
  /** The same, of what was shed while a worker of the server had nothing to do. */
  readonly falseShedShare: number;
  /** Admitted, and sent away by the server, whose line was full. */
  readonly refused: number;
  /** Left by their clients before the end. */
  readonly timedOut: number;
  /** Requests whose client does not try again. */
  readonly gaveUp: number;
  /** What the server ended, also in vain. */
  readonly completed: number;
  /** Goodput: answered while their client still waited. */
  readonly goodPerSecond: number;
  /** Of what the server ended, from when it was asked; NaN when that was nothing. */
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Over time, of what was admitted and had not ended: exact. */
  readonly meanInFlight: number;
  /** Of one sample a second. */
  readonly meanLimit: number;
}

export interface Second {
  readonly atMs: number;
  readonly started: number;
  readonly offered: number;
  readonly admitted: number;
  readonly shed: number;
  readonly good: number;
  /** At its beginning, as the limiter shows them. */
  readonly limit: number;
  readonly inFlight: number;
  readonly queued: number;
}
