import type { Clock } from "@breakwater/clock";

/** How long iterations may follow one another before timers and sockets get a turn. */
const MAX_TURN_MS = 5;

/**
 * Keeps iterations that do no I/O from starving the event loop: promises alone never let a timer
 * or a socket through (seen on Bun: 3 s without a tick). One for all VUs of a process.
 */
export class FairTurn {
  readonly #clock: Clock;
  #startedMs: number;
  /** Those for whom this turn was too long, first come first served; at most one for each VU. */
  #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedMs = clock.nowMs();
  }

  /** Runs `next` now, or after the event loop has had a turn when this one has been long. */
  run(next: () => void): void {
    const isFirst = this.#waiting.length === 0;
    if (isFirst && this.#clock.nowMs() - this.#startedMs < MAX_TURN_MS) {
      next();
      return;
    }
    this.#waiting.push(next);
    if (isFirst) this.#arm();
  }

  #arm(): void {
    this.#clock.at(this.#clock.nowMs(), () => this.#resume());
  }

  #resume(): void {
    this.#startedMs = this.#clock.nowMs();
    const batch = this.#waiting;
    let done = 0;
    // What comes meanwhile waits behind: the list is not empty until all of it has run.
    while (done < batch.length && this.#clock.nowMs() - this.#startedMs < MAX_TURN_MS) {
      batch[done]?.();
      done += 1;
    }
    this.#waiting = batch.slice(done);
    if (this.#waiting.length > 0) this.#arm();
  }
}
