import type { Clock } from "@breakwater/clock";
import type { SampleListener } from "@breakwater/metrics";

/**
 * Where single samples go: a file, or a database that keeps points. Each process of a run has its
 * own.
 */
export interface SampleSink {
  /** Hot path: called for every sample. It neither waits nor throws. */
  readonly add: SampleListener;
  /** Called each second. */
  flush(): void;
  /** After the last sample. Settles within CLOSE_LIMIT_MS, and never rejects. */
  close(): Promise<void>;
}

/** What sinks need of the process that they are in. */
export interface SinkIo {
  readonly clock: Clock;
  /** Unix time in ms of the clock's zero. */
  readonly originMs: number;
  /** How many processes of this run measure: what a receiver is asked to bear is shared by them. */
  readonly processes: number;
  /** A result that was asked for is incomplete. */
  readonly onLost: (message: string) => void;
  /** A receiver does not take what it is sent: the run and its verdict go on. */
  readonly onTrouble: (message: string) => void;
}

/** So long the end of a run waits for receivers, all of them together. */
export const CLOSE_LIMIT_MS = 10_000;
