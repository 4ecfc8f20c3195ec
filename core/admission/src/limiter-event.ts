import type { Outcome } from "./permit.ts";
import type { Rejection } from "./rejection.ts";

/**
 * What a limiter did, told at once and after it was done. A listener may use the limiter; it must
 * not throw: whoever asked would never get the permit.
 */
export type LimiterEvent = AdmittedEvent | RejectedEvent | ReleasedEvent | LimitEvent;

export interface AdmittedEvent {
  readonly type: "admitted";
  readonly limiter: string;
  readonly partition: string | undefined;
  /** 0 of a limiter without priorities. */
  readonly priority: number;
  readonly waitedMs: number;
}

export interface RejectedEvent {
  readonly type: "rejected";
  readonly rejection: Rejection;
  readonly priority: number;
  /** False when the limiter only observes: it was admitted all the same. */
  readonly enforced: boolean;
}

export interface ReleasedEvent {
  readonly type: "released";
  readonly limiter: string;
  readonly partition: string | undefined;
  readonly outcome: Outcome;
  /** From its start, after any queue. */
  readonly rttMs: number;
}

export interface LimitEvent {
  readonly type: "limit";
  readonly limiter: string;
  readonly limit: number;
  readonly previous: number;
}
