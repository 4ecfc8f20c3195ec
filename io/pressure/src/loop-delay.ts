import type { Clock } from "@breakwater/admission";

/** Probes per interval. */
const PROBES = 20;

export interface Delay {
  readonly meanMs: number;
  readonly maxMs: number;
}

/**
 * How late the event loop comes to its timers. Bun's monitorEventLoopDelay said 0.2 ms after a
 * block of 200 ms, so this is measured by timers.
 *
 * The mean is over time, not over probes: a probe that came after 500 ms speaks for all of them.
 * So one pause of the garbage collector weighs what it took, and a loop that is late all the time
 * is told in full. A percentile would call both the same.
 */
export class LoopDelay {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #gapMs: number;
  #dueMs = 0;
  #cancel: () => void;
  /** Σ delay × the time it speaks for. */
  #weighted = 0;
  #spokenMs = 0;
  #maxMs = 0;
  #isStopped: boolean = false;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#gapMs = Math.max(1, intervalMs / PROBES);
    this.#cancel = this.#probe();
  }

  /** Of the time since it was last asked. */
  take(): Delay {
    // One that is due already, and comes after this in the same turn, is as late as it is now.
    const lateMs = this.#clock.nowMs() - this.#dueMs;
    if (lateMs > 0) {
      this.#cancel();
      this.#note(lateMs);
      this.#cancel = this.#probe();
    }
    const meanMs = this.#spokenMs > 0 ? this.#weighted / this.#spokenMs : 0;
    const delay = { meanMs, maxMs: this.#maxMs };
    this.#weighted = 0;
    this.#spokenMs = 0;
    this.#maxMs = 0;
    return delay;
  }

  /**
   * The mean as it is now, with a probe that is overdue: of a loop that does not come to its timers
   * at all, which is what an overload of one thread looks like. Over a whole interval at least, so
   * that one pause does not count for more than it is.
   */
  overdueMs(): number {
    const lateMs = this.#isStopped ? 0 : this.#clock.nowMs() - this.#dueMs;
    if (lateMs <= 0) return 0;
    const forMs = this.#gapMs + lateMs;
    const overMs = Math.max(this.#intervalMs, this.#spokenMs + forMs);
    return (this.#weighted + lateMs * forMs) / overMs;
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  #probe(): () => void {
    this.#dueMs = this.#clock.nowMs() + this.#gapMs;
    return this.#clock.at(this.#dueMs, () => {
      this.#note(Math.max(0, this.#clock.nowMs() - this.#dueMs));
      this.#cancel = this.#probe();
    });
  }

  #note(lateMs: number): void {
    const forMs = this.#gapMs + lateMs;
    this.#weighted += lateMs * forMs;
    this.#spokenMs += forMs;
    this.#maxMs = Math.max(this.#maxMs, lateMs);
  }
}
