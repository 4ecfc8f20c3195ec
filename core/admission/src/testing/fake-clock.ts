import type { Clock } from "../clock.ts";

interface Timer {
  readonly dueMs: number;
  readonly wake: () => void;
}

/**
 * A clock that stands still until it is told. Timers count real time: as with setTimeout, a reading
 * that jumps moves none of them.
 */
export class FakeClock implements Clock {
  #realMs = 0;
  #jumpedMs = 0;
  /** In the order of their due times; those due together stay in the order they were set. */
  readonly #timers: Timer[] = [];

  nowMs(): number {
    return this.#realMs + this.#jumpedMs;
  }

  at(dueMs: number, wake: () => void): () => void {
    const timer = { dueMs: Math.max(dueMs - this.#jumpedMs, this.#realMs), wake };
    const later = this.#timers.findIndex((other) => other.dueMs > timer.dueMs);
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer);
    return () => {
      const place = this.#timers.indexOf(timer);
      if (place !== -1) this.#timers.splice(place, 1);
    };
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Runs what falls due in that time, each at its own time. */
  advance(byMs: number): void {
    const untilMs = this.#realMs + byMs;
    for (let next = this.#timers[0]; next && next.dueMs <= untilMs; next = this.#timers[0]) {
      this.#timers.shift();
      this.#realMs = next.dueMs;
      next.wake();
    }
    this.#realMs = untilMs;
  }

  /** Changes the reading, also backwards, without any time going by. */
  jump(byMs: number): void {
    this.#jumpedMs += byMs;
  }
}
