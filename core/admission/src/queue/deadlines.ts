import type { Waiter } from "./waiter.ts";

/**
 * Those who must go before the longest wait is over, the first due on top: a binary heap in which
 * each knows its place, so that whoever goes early leaves nothing behind. O(log n).
 */
export class Deadlines {
  readonly #heap: Waiter[] = [];

  get first(): Waiter | undefined {
    return this.#heap[0];
  }

  add(waiter: Waiter): void {
    this.#heap.push(waiter);
    this.#rise(waiter, this.#heap.length - 1);
  }

  /** Harmless when it is not there. */
  remove(waiter: Waiter): void {
    const place = waiter.heapPlace;
    if (place === -1) return;
    waiter.heapPlace = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === waiter) return;
    this.#rise(last, place);
    this.#sink(last, last.heapPlace);
  }

  #rise(waiter: Waiter, from: number): void {
    let place = from;
    while (place > 0) {
      const above = this.#heap[(place - 1) >> 1]!;
      if (above.dueMs <= waiter.dueMs) break;
      this.#put(above, place);
      place = (place - 1) >> 1;
    }
    this.#put(waiter, place);
  }

  #sink(waiter: Waiter, from: number): void {
    let place = from;
    for (;;) {
      let below = place * 2 + 1;
      if (below >= this.#heap.length) break;
      if (below + 1 < this.#heap.length && this.#isSooner(below + 1, below)) below += 1;
      const other = this.#heap[below]!;
      if (other.dueMs >= waiter.dueMs) break;
      this.#put(other, place);
      place = below;
    }
    this.#put(waiter, place);
  }

  #isSooner(a: number, b: number): boolean {
    return this.#heap[a]!.dueMs < this.#heap[b]!.dueMs;
  }

  #put(waiter: Waiter, place: number): void {
    this.#heap[place] = waiter;
    waiter.heapPlace = place;
  }
}
