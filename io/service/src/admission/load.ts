import type { Limiter } from "@breakwater/admission";

/** How much there may be beside what runs: either is told by whoever made the limiter. */
export type Capacity =
  /** The form of ccu(): running and waiting together. */
  | { readonly maxCcu: number }
  /** The places in its queue; 0 without one. */
  | { readonly queueSize: number };

export interface WatchedLimiter {
  readonly limiter: Limiter;
  readonly capacity: Capacity;
}

/** A limiter in the words of the seed: concurrent requests (CCU) are those that run or wait. */
export interface Load {
  readonly queueSize: number;
  /** What may wait as long as the load is normal; the headroom of ccu() is beyond. */
  readonly queueCapacity: number;
  readonly workers: number;
  readonly busyWorkers: number;
  readonly currentCcu: number;
  readonly normalCcu: number;
  readonly maxCcu: number;
}

export function loadOf({ limiter, capacity }: WatchedLimiter): Load {
  const { limit, inFlight, queued, normalCapacity, workers = limit, queue } = limiter.snapshot();
  const places = "maxCcu" in capacity ? Math.max(0, capacity.maxCcu - limit) : capacity.queueSize;
  return {
    queueSize: queued,
    queueCapacity: queue ?? places,
    workers,
    busyWorkers: inFlight,
    currentCcu: inFlight + queued,
    normalCcu: normalCapacity ?? limit,
    maxCcu: limit + places,
  };
}
