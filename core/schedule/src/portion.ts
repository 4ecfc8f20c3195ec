import { share } from "./share.ts";

/** Which of the things numbered 0, 1, 2, … belong to one worker of one segment of the whole. */
export interface Portion {
  /** How many of 0 … `total` − 1. */
  count(total: number): number;
  /** The number of its n-th, from 0. */
  at(n: number): number;
  /** What it gets where only those take part who have one of so many VUs. */
  amongVus(vus: number): Portion;
}

/**
 * One of the parts that a test is cut into for several machines (k6's execution segments). Their
 * weights are whole numbers: a third and the rest are [1, 2].
 */
export interface Segment {
  readonly weights: readonly number[];
  readonly index: number;
}

export interface PortionOptions {
  /** undefined for all of the test. */
  readonly segment?: Segment | undefined;
  /** This is `worker` of the `workers` that share the segment. */
  readonly worker: number;
  readonly workers: number;
}

/**
 * Deals things out first to the segments, as k6 does, and what a segment has to its workers in
 * turn. The portions of all are everything, each thing once.
 */
export function portionOf({ segment = whole, worker, workers }: PortionOptions): Portion {
  const own = stripes(segment);
  const { period, offsets } = own;
  const count = (total: number): number => share(countOf(own, total), worker, workers);
  return {
    count,
    at: (n) => {
      const place = worker + n * workers;
      const rounds = Math.floor(place / offsets.length);
      return rounds * period + offsets[place % offsets.length]!;
    },
    amongVus: (vus) => {
      if (count(vus) === 0) return none;
      const sharers = Math.min(workers, countOf(own, vus));
      return portionOf({ segment: amongVus(segment, vus), worker, workers: sharers });
    },
  };
}

const whole: Segment = { weights: [1], index: 0 };

const none: Portion = { count: () => 0, at: () => Number.POSITIVE_INFINITY, amongVus: () => none };

/** Of each `period` things in a row a segment has those at `offsets`. */
interface Stripes {
  readonly period: number;
  readonly offsets: readonly number[];
}

/**
 * As k6 spreads them: thing by thing, the heaviest segment first, to whichever has had no more
 * than its share so far.
 */
function stripes({ weights, index }: Segment): Stripes {
  const period = weights.reduce((sum, weight) => sum + weight, 0);
  const order = weights.map((_, place) => place).sort((a, b) => weights[b]! - weights[a]!);
  const taken = weights.map(() => 0);
  const offsets: number[] = [];
  for (let thing = 0; thing < period; thing += 1) {
    const owner = order.find((place) => taken[place]! * period <= thing * weights[place]!);
    if (owner === undefined) continue;
    taken[owner]! += 1;
    if (owner === index) offsets.push(thing);
  }
  return { period, offsets };
}

/** Whoever has more VUs gets more of the iterations, and who has none gets none. */
function amongVus({ weights, index }: Segment, vus: number): Segment {
  const owned = weights.map((_, place) => countOf(stripes({ weights, index: place }), vus));
  const unit = owned.reduce(gcd, 0);
  return { weights: owned.map((count) => count / unit), index };
}

function countOf({ period, offsets }: Stripes, total: number): number {
  const inRest = offsets.filter((offset) => offset < total % period).length;
  return Math.floor(total / period) * offsets.length + inRest;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
