import type { CancelTimer, Clock } from "@breakwater/clock";

export interface Expiring {
  readonly isDone: boolean;
  /** Who takes the timer back when it is done. */
  cancelTimer: CancelTimer | undefined;
  expire(): void;
}

/**
 * Ends calls when their time is over.
 *
 * Hot path: most calls are done in the turn in which they begin, so that timers are set at its end
 * and only for those that are not.
 */
export class Deadlines {
  readonly #clock: Clock;
  #fresh: (readonly [call: Expiring, timeoutMs: number])[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(call: Expiring, timeoutMs: number): void {
    if (this.#fresh.length === 0) queueMicrotask(() => this.#setTimers());
    this.#fresh.push([call, timeoutMs]);
  }

  #setTimers(): void {
    const fresh = this.#fresh;
    this.#fresh = [];
    const nowMs = this.#clock.nowMs();
    for (const [call, timeoutMs] of fresh) {
      if (call.isDone) continue;
      call.cancelTimer = this.#clock.at(nowMs + timeoutMs, () => call.expire());
    }
  }
}
