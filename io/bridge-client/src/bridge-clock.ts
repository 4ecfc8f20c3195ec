/** Time as the client sees it. The platform's if left out; tests have one that stands still. */
export interface BridgeClock {
  /** Monotonic, in ms. */
  nowMs(): number;
  /** Calls `wake` once at `dueMs`, in a later turn even if that is past. Gives its undoing. */
  at(dueMs: number, wake: () => void): () => void;
}

export function platformClock(): BridgeClock {
  return {
    nowMs: () => performance.now(),
    at(dueMs, wake) {
      // Longer ones would fire at once.
      const waitMs = Math.min(Math.max(0, dueMs - performance.now()), 2 ** 31 - 1);
      const timer = setTimeout(wake, waitMs);
      return () => clearTimeout(timer);
    },
  };
}
