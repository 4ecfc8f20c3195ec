import type { Partition } from "../partition.ts";
import type { SteadyClock } from "../steady-clock.ts";
import { Codel } from "./codel.ts";
import type { QueueOptions } from "./queue-options.ts";
import type { Waiter } from "./waiter.ts";
import { WaitingLine } from "./waiting-line.ts";

export interface WaitingRoomOptions {
  readonly queue: QueueOptions;
  readonly partitions: readonly Partition[];
  /** How many priorities there are. */
  readonly levels: number;
  readonly clock: SteadyClock;
  /** Its time is over; it has left already. */
  readonly onOverdue: (waiter: Waiter) => void;
}

/**
 * Where requests wait, with one timer for all. That is set for the first who will be due and not
 * taken back when that one leaves: it wakes at most once in the longest wait without need.
 */
export class WaitingRoom {
  readonly #queue: QueueOptions;
  readonly #line: WaitingLine;
  readonly #codel: Codel | undefined;
  readonly #clock: SteadyClock;
  readonly #onOverdue: (waiter: Waiter) => void;
  #cancelTimer: (() => void) | undefined;
  /** Nobody is due before that. */
  #wakeMs = Number.POSITIVE_INFINITY;

  constructor({ queue, partitions, levels, clock, onOverdue }: WaitingRoomOptions) {
    this.#queue = queue;
    this.#line = new WaitingLine(queue, partitions, levels);
    this.#codel = queue.codel && new Codel(queue.codel);
    this.#clock = clock;
    this.#onOverdue = onOverdue;
  }

  get size(): number {
    return this.#line.size;
  }

  get maxSize(): number {
    return this.#queue.maxSize;
  }

  get maxWaitMs(): number {
    return this.#queue.maxWaitMs;
  }

  sizeOf(partition: Partition): number {
    return this.#line.sizeOf(partition);
  }

  /** Whether one more can wait: yes, no, or in the place of whoever is answered. */
  placeFor(partition: Partition, priority: number): Waiter | boolean {
    if (this.size < this.maxSize) return true;
    return this.#line.lastBehind(partition, priority) ?? false;
  }

  enter(waiter: Waiter): void {
    this.#line.add(waiter);
    this.#setTimer(waiter.dueMs);
  }

  /** False when it had left. */
  leave(waiter: Waiter): boolean {
    return this.#line.remove(waiter);
  }

  /** Lets out who is next for a slot, if any may have one; `refusal` says whether it may start. */
  next(limit: number): Waiter | undefined {
    const waiter = this.#line.next(limit);
    if (waiter !== undefined) this.#line.remove(waiter);
    return waiter;
  }

  /** Why one that was let out may not start after all. */
  refusal(waiter: Waiter, nowMs: number): "queue_timeout" | "queue_delay" | undefined {
    if (waiter.dueMs <= nowMs) return "queue_timeout";
    return this.#codel?.sheds(nowMs - waiter.sinceMs, nowMs) ? "queue_delay" : undefined;
  }

  /** One was admitted without a wait. */
  onNoWait(): void {
    this.#codel?.onNoWait();
  }

  /** Lets out all, one by one. */
  tryEmpty(): Waiter | undefined {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#wakeMs = Number.POSITIVE_INFINITY;
    const waiter = this.#line.any();
    if (waiter !== undefined) this.#line.remove(waiter);
    return waiter;
  }

  #setTimer(dueMs: number): void {
    if (dueMs >= this.#wakeMs) return;
    this.#cancelTimer?.();
    this.#wakeMs = dueMs;
    this.#cancelTimer = this.#clock.at(dueMs, this.#wake);
  }

  readonly #wake = (): void => {
    // A sum of fractions can come out a little too early, and would be waited for again and again.
    const nowMs = Math.max(this.#clock.nowMs(), this.#wakeMs);
    this.#cancelTimer = undefined;
    this.#wakeMs = Number.POSITIVE_INFINITY;
    for (let late = this.#line.overdue(nowMs); late; late = this.#line.overdue(nowMs)) {
      this.#line.remove(late);
      this.#onOverdue(late);
    }
    if (this.size > 0) this.#setTimer(this.#line.nextDueMs());
  };
}
