import type { CancelTimer, Clock } from "@breakwater/clock";

/** How often deadlines are looked at, so how late a timeout can be. It is never early. */
const INTERVAL_MS = 50;

export interface Swept {
  /** Ends what is overdue. May add and remove swept things, itself too. */
  checkDeadline(nowMs: number): void;
  /** The sweep's own: where it has put this one, or -1. */
  sweepSlot: number;
}

/**
 * One timer for all deadlines of a client: a look at 5,000 connections takes some 30 µs, a timer
 * for each request would take longer per request than its write. Runs only while requests are under
 * way.
 */
export class DeadlineSweep {
  readonly #clock: Clock;
  readonly #swept: Swept[] = [];
  #active = 0;
  #cancel: CancelTimer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(swept: Swept): void {
    swept.sweepSlot = this.#swept.length;
    this.#swept.push(swept);
  }

  /** The last one takes its place. */
  remove(swept: Swept): void {
    const slot = swept.sweepSlot;
    if (slot === -1) return;
    swept.sweepSlot = -1;
    const last = this.#swept.pop()!;
    if (last === swept) return;
    this.#swept[slot] = last;
    last.sweepSlot = slot;
  }

  /** A request begins. Hot path. */
  begin(nowMs: number): void {
    this.#active += 1;
    if (this.#cancel === undefined) this.#arm(nowMs);
  }

  end(): void {
    this.#active -= 1;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(nowMs: number): void {
    this.#cancel = this.#clock.at(nowMs + INTERVAL_MS, () => this.#sweep());
  }

  #sweep(): void {
    this.#cancel = undefined;
    const nowMs = this.#clock.nowMs();
    // Backwards: who takes the place of one removed has been looked at, or will be at the next
    // sweep.
    for (let slot = this.#swept.length - 1; slot >= 0; slot -= 1) {
      this.#swept[slot]?.checkDeadline(nowMs);
    }
    if (this.#active > 0 && this.#cancel === undefined) this.#arm(nowMs);
  }
}
