import type { Clock } from "@breakwater/clock";

/** Something that is late when it is not taken back in time; a place in the line of those. */
export interface Deadline {
  readonly late: () => void;
  dueMs: number;
  before: Deadline | undefined;
  after: Deadline | undefined;
  isPending: boolean;
}

/**
 * Deadlines that are all as far ahead: whoever comes first is due first, so one timer serves all.
 *
 * Hot path: once per request. Adding and taking back is a place in a list (a Set took 3 µs, as it
 * is rebuilt all the time); the timer is set anew only when it fires.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #afterMs: number;
  #first: Deadline | undefined;
  #last: Deadline | undefined;
  #size = 0;
  #isLooking: boolean = false;

  constructor(clock: Clock, afterMs: number) {
    this.#clock = clock;
    this.#afterMs = afterMs;
  }

  get size(): number {
    return this.#size;
  }

  /** `fromMs`: by the clock, and no earlier than that of the one before. */
  add(late: () => void, fromMs: number): Deadline {
    const dueMs = fromMs + this.#afterMs;
    const deadline = { late, dueMs, before: undefined, after: undefined, isPending: false };
    this.#append(deadline);
    if (!this.#isLooking) this.#lookAt(dueMs);
    return deadline;
  }

  /** From now on anew. */
  renew(deadline: Deadline): void {
    if (!deadline.isPending) return;
    this.remove(deadline);
    deadline.dueMs = this.#clock.nowMs() + this.#afterMs;
    this.#append(deadline);
  }

  remove(deadline: Deadline): void {
    if (!deadline.isPending) return;
    const { before, after } = deadline;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    deadline.before = undefined;
    deadline.after = undefined;
    deadline.isPending = false;
    this.#size -= 1;
  }

  #append(deadline: Deadline): void {
    deadline.before = this.#last;
    if (this.#last === undefined) this.#first = deadline;
    else this.#last.after = deadline;
    this.#last = deadline;
    deadline.isPending = true;
    this.#size += 1;
  }

  /** Once a second at least, so that a timer that nobody needs holds no process up for longer. */
  #lookAt(dueMs: number): void {
    this.#isLooking = true;
    const atMs = Math.min(dueMs, this.#clock.nowMs() + LOOK_EVERY_MS);
    this.#clock.at(atMs, () => this.#look());
  }

  #look(): void {
    const nowMs = this.#clock.nowMs();
    for (let first = this.#first; first !== undefined; first = this.#first) {
      if (first.dueMs > nowMs) {
        this.#lookAt(first.dueMs);
        return;
      }
      this.remove(first);
      first.late();
    }
    this.#isLooking = false;
  }
}

const LOOK_EVERY_MS = 1000;
