import { badOption } from "../admission-error.ts";
import type { Clock } from "../clock.ts";
import { checkCount } from "./checks.ts";

interface Event {
  readonly dueMs: number;
  /** Those due together run in the order in which they were set. */
  readonly order: number;
  readonly wake: () => void;
  /** Where in the heap it lies; -1 when it no longer does. */
  place: number;
}

/**
 * Virtual time: it stands still while an event runs, and jumps to the next one after. It is the
 * limiter's clock as well, so that an hour of its timers takes no time.
 */
export class EventQueue implements Clock {
  /** A binary heap: the children of `place` lie at twice that, plus one and plus two. */
  readonly #heap: Event[] = [];
  readonly #maxEvents: number;
  #nowMs = 0;
  #order = 0;

  /** With more than `maxEvents` set at a time, `at` throws an AdmissionError. */
  constructor({ maxEvents }: { readonly maxEvents: number }) {
    checkCount("maxEvents", maxEvents, 1);
    this.#maxEvents = maxEvents;
  }

  /** Of the events that are set. */
  get size(): number {
    return this.#heap.length;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  at(dueMs: number, wake: () => void): () => void {
    if (Number.isNaN(dueMs)) throw badOption("dueMs", dueMs, "a number");
    if (this.#heap.length === this.#maxEvents) {
      throw badOption("maxEvents", this.#maxEvents, "more");
    }
    const event = { dueMs: Math.max(dueMs, this.#nowMs), order: this.#order, wake, place: 0 };
    this.#order += 1;
    this.#heap.push(event);
    this.#rise(event, this.#heap.length - 1);
    return () => this.#take(event);
  }

  /** Runs the next event; false when none is left that is due up to `untilMs`. */
  runNext(untilMs: number): boolean {
    const next = this.#heap[0];
    if (next === undefined || next.dueMs > untilMs) {
      this.#nowMs = Math.max(this.#nowMs, untilMs);
      return false;
    }
    this.#take(next);
    this.#nowMs = next.dueMs;
    next.wake();
    return true;
  }

  #take(event: Event): void {
    const { place } = event;
    if (place === -1) return;
    event.place = -1;
    const last = this.#heap.pop()!;
    if (last === event) return;
    // The last one fills the gap, which may lie in another branch: it can have to go either way.
    this.#rise(last, place);
    this.#sink(last, last.place);
  }

  #rise(event: Event, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above]!;
      if (isBefore(parent, event)) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(event, place);
  }

  #sink(event: Event, from: number): void {
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.#heap.length) break;
      const right = this.#heap[below + 1];
      if (right !== undefined && isBefore(right, this.#heap[below]!)) below += 1;
      const child = this.#heap[below]!;
      if (isBefore(event, child)) break;
      this.#put(child, place);
      place = below;
    }
    this.#put(event, place);
  }

  #put(event: Event, place: number): void {
    this.#heap[place] = event;
    event.place = place;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
}
