import type { Outcome } from "./permit.ts";

/** What became of one request, or (windowed) of several. */
export interface Sample {
  /** From its start, after any queue, to its end. */
  readonly rttMs: number;
  /** How many were in flight when it started, itself included. */
  readonly inFlight: number;
  /** Of a window, whose `inFlight` is the most: the mean. Left out: as `inFlight`. */
  readonly meanInFlight?: number | undefined;
  readonly outcome: Outcome;
  readonly nowMs: number;
  /** Of how many requests: 1, but for a window. */
  readonly count: number;
}

/**
 * How many requests may be in flight. Pure: the same samples give the same limit. Whatever it is
 * told, the limit stays a finite number between its bounds.
 */
export interface LimitAlgorithm {
  readonly name: string;
  /** At least 1; a fraction is cut when it is used. */
  readonly limit: number;
  /** "ignored" outcomes are not told. */
  onSample(sample: Sample): void;
}
