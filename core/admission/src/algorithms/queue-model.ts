import type { LimitAlgorithm } from "../algorithm.ts";

/** A stretch of time, in s from the beginning, with what comes and how long it takes. */
export interface Phase {
  readonly untilS: number;
  readonly perSecond: number;
  /** Given two draws from 0 to below 1. */
  readonly serviceMs: (a: number, b: number) => number;
}

export interface QueueModel {
  readonly workers: number;
  readonly phases: readonly Phase[];
  /** All workers stand still in it, from s to s. */
  readonly pauses?: readonly (readonly [from: number, to: number])[];
  readonly seed?: number;
}

/** What was seen between two times. */
export interface Span {
  readonly servedPerSecond: number;
  readonly shed: number;
  readonly offered: number;
  readonly limits: readonly number[];
  readonly sortedMs: readonly number[];
}

/**
 * For the tests of algorithms: Poisson arrivals, a line without end before `workers`, no retries,
 * in virtual time. The package's simulator does all that this leaves out.
 */
export function runQueueModel(
  algorithm: LimitAlgorithm,
  model: QueueModel,
): (fromS: number, toS: number) => Span {
  const random = mulberry32(model.seed ?? 1);
  const log: (readonly [atMs: number, kind: "shed" | "in" | "out", value: number])[] = [];
  const workers = new Array<number>(model.workers).fill(0);
  const ends = new EndTimes();
  let nowMs = 0;
  for (const { untilS, perSecond, serviceMs } of model.phases) {
    for (;;) {
      nowMs += (-Math.log(1 - random()) * 1000) / perSecond;
      for (let end = ends.takeUntil(nowMs); end !== undefined; end = ends.takeUntil(nowMs)) {
        const { startedMs, endMs, inFlight } = end;
        const rttMs = endMs - startedMs;
        log.push([endMs, "out", rttMs]);
        algorithm.onSample({ rttMs, inFlight, outcome: "success", nowMs: endMs, count: 1 });
      }
      if (nowMs >= untilS * 1000) break;
      const limit = Math.floor(algorithm.limit);
      const isIn = ends.size < limit;
      log.push([nowMs, isIn ? "in" : "shed", limit]);
      if (!isIn) continue;
      const worker = workers.indexOf(Math.min(...workers));
      const beginMs = afterPauses(Math.max(nowMs, workers[worker]!), model.pauses ?? []);
      const endMs = afterPauses(beginMs + serviceMs(random(), random()), model.pauses ?? []);
      workers[worker] = endMs;
      ends.add({ startedMs: nowMs, endMs, inFlight: ends.size + 1 });
    }
  }
  return (fromS, toS) => toSpan(log, fromS, toS);
}

/** What would begin or end in a pause does so just after it, in its order. */
function afterPauses(atMs: number, pauses: readonly (readonly [number, number])[]): number {
  for (const [from, to] of pauses) {
    if (atMs >= from * 1000 && atMs < to * 1000) return to * 1000 + (atMs - from * 1000) * 0.01;
  }
  return atMs;
}

function toSpan(
  log: readonly (readonly [number, "shed" | "in" | "out", number])[],
  fromS: number,
  toS: number,
): Span {
  const within = log.filter(([atMs]) => atMs >= fromS * 1000 && atMs < toS * 1000);
  const sortedMs = within.filter(([, kind]) => kind === "out").map(([, , rttMs]) => rttMs);
  const arrivals = within.filter(([, kind]) => kind !== "out");
  return {
    servedPerSecond: sortedMs.length / (toS - fromS),
    shed: arrivals.filter(([, kind]) => kind === "shed").length,
    offered: arrivals.length,
    limits: arrivals.map(([, , limit]) => limit),
    sortedMs: sortedMs.sort((a, b) => a - b),
  };
}

interface End {
  readonly startedMs: number;
  readonly endMs: number;
  readonly inFlight: number;
}

/** In flight, the one that ends first at the end of the array. */
class EndTimes {
  readonly #latestFirst: End[] = [];

  get size(): number {
    return this.#latestFirst.length;
  }

  add(end: End): void {
    let low = 0;
    let high = this.#latestFirst.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#latestFirst[middle]!.endMs > end.endMs) low = middle + 1;
      else high = middle;
    }
    this.#latestFirst.splice(low, 0, end);
  }

  takeUntil(nowMs: number): End | undefined {
    const next = this.#latestFirst.at(-1);
    return next !== undefined && next.endMs <= nowMs ? this.#latestFirst.pop() : undefined;
  }
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
