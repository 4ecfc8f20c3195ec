import type { Partition } from "../partition.ts";
import { Deadlines } from "./deadlines.ts";
import type { QueueOptions } from "./queue-options.ts";
import { type Waiter, WaiterList } from "./waiter.ts";

/** Those of one partition. */
interface PartitionLine {
  readonly partition: Partition;
  /** So many places are its own. */
  readonly ownPlaces: number;
  /** By priority. */
  readonly lists: readonly WaiterList[];
  /** A bit for each priority of which one waits. */
  levels: number;
  size: number;
}

/**
 * Who is next and who is last, out of all who wait: a list for each partition and priority. To
 * enter and to leave is O(1) (O(log n) for those with a deadline of their own), to choose is
 * O(partitions).
 */
export class WaitingLine {
  readonly #options: QueueOptions;
  readonly #lines: readonly PartitionLine[];
  readonly #deadlines = new Deadlines();
  #size = 0;
  #turns = 0;

  constructor(options: QueueOptions, partitions: readonly Partition[], levels: number) {
    this.#options = options;
    this.#lines = partitions.map((partition) => ({
      partition,
      ownPlaces: partition.own(options.maxSize),
      lists: Array.from({ length: levels }, () => new WaiterList()),
      levels: 0,
      size: 0,
    }));
  }

  get size(): number {
    return this.#size;
  }

  sizeOf(partition: Partition): number {
    return this.#lines[partition.index]!.size;
  }

  add(waiter: Waiter): void {
    const line = this.#lines[waiter.partition.index]!;
    line.lists[waiter.priority]!.add(waiter);
    line.levels |= 1 << waiter.priority;
    line.size += 1;
    this.#size += 1;
    this.#turns += 1;
    waiter.turn = this.#turns;
    if (waiter.dueMs < waiter.sinceMs + this.#options.maxWaitMs) this.#deadlines.add(waiter);
  }

  /** False when it waits no more. */
  remove(waiter: Waiter): boolean {
    const { list } = waiter;
    if (list === undefined) return false;
    const line = this.#lines[waiter.partition.index]!;
    list.remove(waiter);
    if (list.oldest === undefined) line.levels &= ~(1 << waiter.priority);
    line.size -= 1;
    this.#size -= 1;
    this.#deadlines.remove(waiter);
    return true;
  }

  /** Who gets the next slot: those below their share first, then by priority, then by order. */
  next(limit: number): Waiter | undefined {
    const newestFirst = this.#newestFirst();
    let best: Waiter | undefined;
    let bestIsEntitled = false;
    for (const line of this.#lines) {
      const candidate = firstOf(line, newestFirst);
      if (candidate === undefined || line.partition.isAtMax(limit)) continue;
      const isEntitled = line.partition.isEntitled(limit);
      const isBetter =
        best === undefined ||
        (isEntitled === bestIsEntitled ? precedes(candidate, best, newestFirst) : isEntitled);
      if (!isBetter) continue;
      best = candidate;
      bestIsEntitled = isEntitled;
    }
    return best;
  }

  /**
   * Who must make room in a full line, if anybody need: the last of those who are in more places
   * than their own, for one who has places left, or who would stand before that last one.
   */
  lastBehind(partition: Partition, priority: number): Waiter | undefined {
    const newestFirst = this.#newestFirst();
    const own = this.#lines[partition.index]!;
    const hasPlace = own.size < own.ownPlaces;
    let last: Waiter | undefined;
    for (const line of this.#lines) {
      const isOver = line === own ? !hasPlace : line.size > line.ownPlaces;
      const candidate = isOver ? lastOf(line, newestFirst) : undefined;
      if (candidate === undefined) continue;
      if (last === undefined || precedes(last, candidate, newestFirst)) last = candidate;
    }
    if (last === undefined || hasPlace) return last;
    const isBefore = priority < last.priority || (priority === last.priority && newestFirst);
    return isBefore ? last : undefined;
  }

  /** Anyone whose time is over. */
  overdue(nowMs: number): Waiter | undefined {
    const { first } = this.#deadlines;
    if (first !== undefined && first.dueMs <= nowMs) return first;
    return this.#oldest((waiter) => waiter.sinceMs + this.#options.maxWaitMs <= nowMs);
  }

  /** When the next one's time is over. */
  nextDueMs(): number {
    let dueMs = this.#deadlines.first?.dueMs ?? Number.POSITIVE_INFINITY;
    this.#oldest((waiter) => {
      dueMs = Math.min(dueMs, waiter.sinceMs + this.#options.maxWaitMs);
      return false;
    });
    return dueMs;
  }

  any(): Waiter | undefined {
    return this.#oldest(() => true);
  }

  /** The first of the oldest of each list that will do. */
  #oldest(willDo: (waiter: Waiter) => boolean): Waiter | undefined {
    for (const { lists, size } of this.#lines) {
      if (size === 0) continue;
      for (const { oldest } of lists) if (oldest !== undefined && willDo(oldest)) return oldest;
    }
    return undefined;
  }

  #newestFirst(): boolean {
    const { order, maxSize } = this.#options;
    return order === "lifo" || (order === "adaptive-lifo" && this.#size * 2 > maxSize);
  }
}

function firstOf({ lists, levels }: PartitionLine, newestFirst: boolean): Waiter | undefined {
  if (levels === 0) return undefined;
  const list = lists[31 - Math.clz32(levels & -levels)]!;
  return newestFirst ? list.newest : list.oldest;
}

function lastOf({ lists, levels }: PartitionLine, newestFirst: boolean): Waiter | undefined {
  if (levels === 0) return undefined;
  const list = lists[31 - Math.clz32(levels)]!;
  return newestFirst ? list.oldest : list.newest;
}

function precedes(a: Waiter, b: Waiter, newestFirst: boolean): boolean {
  if (a.priority !== b.priority) return a.priority < b.priority;
  return newestFirst ? a.turn > b.turn : a.turn < b.turn;
}
