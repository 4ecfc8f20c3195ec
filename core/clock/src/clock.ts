/** Time as the code sees it. The real one is in io/system-clock; tests use ./fake-clock.ts. */
export interface Clock {
  /** Monotonic, in ms with a fraction; only differences mean anything. */
  nowMs(): number;
  /**
   * Calls `wake` once, at `dueMs` or as soon after as can be: in a later turn even when it is past.
   */
  at(dueMs: number, wake: () => void): CancelTimer;
}

/** Takes a timer back. Harmless when it has fired or was taken back before. */
export type CancelTimer = () => void;

/** Resolves at `dueMs`, in a later turn even when it is past. */
export function sleepUntil(clock: Clock, dueMs: number): Promise<void> {
  return new Promise((resolve) => clock.at(dueMs, resolve));
}
