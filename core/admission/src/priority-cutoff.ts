import { checkWhole } from "./admission-error.ts";

export interface PriorityOptions {
  /** How many there are, at most 32: 0 (the most important) to one less. */
  readonly levels: number;
  /** Of a request that names none, or none that can be. */
  readonly default: number;
}

export function checkPriorities({ levels, default: usual }: PriorityOptions): void {
  checkWhole("priorities.levels", levels, 1, 32);
  checkWhole("priorities.default", usual, 0, levels - 1);
}

/** How often what happened is looked at. */
const WINDOW_MS = 1000;
/** So much of the most important may be refused for want of a slot. */
const TOLERANCE = 0.05;
/** What stays of the reserve after a window that did not need it. */
const DECAY = 0.9;

/**
 * Who gets in where nobody waits. Slots are kept free from the less important: none while there is
 * enough, and doubled with every window in which the most important were refused though others got
 * in. The least important keep out of the whole reserve, those between out of a part: that is trunk
 * reservation (Miller 1969; Key 1990), which costs far less throughput than turning away a part of
 * the traffic, as DAGOR and Cinnamon do for want of a common count of what is in flight.
 */
export class PriorityCutoff {
  readonly #offered: number[];
  /** For want of a slot. */
  readonly #refused: number[];
  readonly #admitted: number[];
  /** The part of the reserve that is kept from this level. */
  readonly #heldFrom: number[];
  #reserve = 0;
  #endsMs: number;

  constructor({ levels }: PriorityOptions, nowMs: number) {
    this.#offered = new Array<number>(levels).fill(0);
    this.#refused = new Array<number>(levels).fill(0);
    this.#admitted = new Array<number>(levels).fill(0);
    this.#heldFrom = new Array<number>(levels).fill(0);
    this.#endsMs = nowMs + WINDOW_MS;
  }

  onAdmitted(level: number): void {
    this.#offered[level]! += 1;
    this.#admitted[level]! += 1;
  }

  onRefused(level: number, wasFull: boolean): void {
    this.#offered[level]! += 1;
    if (wasFull) this.#refused[level]! += 1;
  }

  /** How many must be in flight for one of this level to be refused: 1 to the limit. */
  ceiling(level: number, limit: number): number {
    const held = Math.min(limit - 1, Math.floor(this.#reserve * this.#heldFrom[level]!));
    return limit - held;
  }

  /** Looks at the window that has ended, if one has. */
  roll(nowMs: number, limit: number): void {
    if (nowMs < this.#endsMs) return;
    const isStale = nowMs >= this.#endsMs + WINDOW_MS;
    this.#endsMs = nowMs + WINDOW_MS;
    this.#adapt(isStale, limit);
    for (const counts of [this.#offered, this.#refused, this.#admitted]) counts.fill(0);
  }

  #adapt(isStale: boolean, limit: number): void {
    const seen = [...this.#offered.keys()].filter((level) => this.#offered[level]! > 0);
    const [top] = seen;
    if (isStale || top === undefined) {
      this.#reserve = 0;
      return;
    }
    const isHurt = this.#refused[top]! > TOLERANCE * this.#offered[top]!;
    const others = seen.some((level) => level !== top && this.#admitted[level]! > 0);
    if (isHurt && others) {
      this.#reserve = Math.min(limit - 1, Math.max(seen.length - 1, this.#reserve * 1.25));
    } else if (!isHurt) this.#reserve = this.#reserve < 0.5 ? 0 : this.#reserve * DECAY;
    const steps = Math.max(1, seen.length - 1);
    for (const level of this.#heldFrom.keys()) {
      const better = seen.filter((other) => other < level).length;
      this.#heldFrom[level] = Math.min(1, better / steps);
    }
  }
}
