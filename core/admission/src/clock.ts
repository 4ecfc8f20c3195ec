/** Time as this package sees it: it has no dependencies, so that it runs wherever it is taken. */
export interface Clock {
  /** Monotonic, in ms with a fraction; only differences mean anything. */
  nowMs(): number;
  /** Calls `wake` once, at `dueMs` or as soon after as can be; what it returns takes that back. */
  at(dueMs: number, wake: () => void): () => void;
}
