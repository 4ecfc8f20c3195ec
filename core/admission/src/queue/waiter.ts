import type { Partition } from "../partition.ts";
import type { Permit } from "../permit.ts";
import type { Rejection } from "../rejection.ts";

/** One who waits. */
export interface Waiter {
  readonly partition: Partition;
  readonly priority: number;
  readonly sinceMs: number;
  /** When the wait ends without a permit. */
  readonly dueMs: number;
  /** Ends the wait. */
  readonly answer: (answer: Permit | Rejection) => void;
  /** Kept by the line: in what order they came. */
  turn: number;
  /** Kept by the list: undefined when it waits no more. */
  list: WaiterList | undefined;
  before: Waiter | undefined;
  after: Waiter | undefined;
  /** Kept by the heap: -1 when it is not there. */
  heapPlace: number;
}

/** Linked, the oldest first: whoever is in it is taken out in O(1). */
export class WaiterList {
  #oldest: Waiter | undefined;
  #newest: Waiter | undefined;

  get oldest(): Waiter | undefined {
    return this.#oldest;
  }

  get newest(): Waiter | undefined {
    return this.#newest;
  }

  add(waiter: Waiter): void {
    waiter.list = this;
    waiter.before = this.#newest;
    if (this.#newest === undefined) this.#oldest = waiter;
    else this.#newest.after = waiter;
    this.#newest = waiter;
  }

  remove(waiter: Waiter): void {
    const { before, after } = waiter;
    if (before === undefined) this.#oldest = after;
    else before.after = after;
    if (after === undefined) this.#newest = before;
    else after.before = before;
    waiter.list = undefined;
    waiter.before = undefined;
    waiter.after = undefined;
  }
}
