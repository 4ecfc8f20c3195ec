import type { Clock } from "./clock.ts";

/**
 * A clock that never goes back, over one that may: where that jumps back, this one goes on from
 * where it was. What is measured over the jump comes out too short by it, and never negative.
 */
export class SteadyClock implements Clock {
  readonly #clock: Clock;
  #lastMs: number;
  /** What the jumps took, in sum. */
  #aheadMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastMs = clock.nowMs();
  }

  nowMs(): number {
    const readMs = this.#clock.nowMs();
    if (readMs < this.#lastMs) this.#aheadMs += this.#lastMs - readMs;
    this.#lastMs = readMs;
    return readMs + this.#aheadMs;
  }

  at(dueMs: number, wake: () => void): () => void {
    return this.#clock.at(dueMs - this.#aheadMs, wake);
  }

  /** A time that was read from the clock below, by this one. */
  fromBelow(atMs: number): number {
    return atMs + this.#aheadMs;
  }
}
