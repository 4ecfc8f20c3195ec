import type { CancelTimer, Clock } from "./clock.ts";

interface Timer {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is told: an hour of timers takes no time. */
export class FakeClock implements Clock {
  #nowMs = 0;
  /** In the order of their due times; those due together stay in the order they were set. */
  readonly #timers: Timer[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  at(dueMs: number, wake: () => void): CancelTimer {
    const timer = { dueMs: Math.max(dueMs, this.#nowMs), wake };
    const later = this.#timers.findIndex((other) => other.dueMs > timer.dueMs);
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer);
    return () => {
      const place = this.#timers.indexOf(timer);
      if (place !== -1) this.#timers.splice(place, 1);
    };
  }

  /** Runs what falls due up to `untilMs`, each at its own time, letting promises settle between. */
  async advanceTo(untilMs: number): Promise<void> {
    await settle();
    for (let next = this.#timers[0]; next && next.dueMs <= untilMs; next = this.#timers[0]) {
      this.#timers.shift();
      this.#nowMs = next.dueMs;
      next.wake();
      await settle();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }
}

/** Long enough for a chain of ten awaits; none of our code waits longer without a timer. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
