/** How what was admitted ended. */
export type Outcome =
  | "success"
  /** Timed out or refused further on: a sign of overload. */
  | "dropped"
  /** Says nothing about load: 4xx, cancelled, answered from a cache, failed too early. */
  | "ignored";

/**
 * Leave to go on, for one request: hold it until the work has really ended, not until somebody has
 * stopped waiting for it. Released exactly once; again is harmless, and counted.
 */
export interface Permit extends Disposable {
  readonly admitted: true;
  readonly partition: string | undefined;
  /** How long it waited in the queue, which is no part of the time that the algorithm is told. */
  readonly waitedMs: number;
  release(outcome: Outcome): void;
  /** As release("ignored"), but nothing at all after a release: so `using` is a safety net. */
  [Symbol.dispose](): void;
}
