import { badOption, checkWhole } from "./admission-error.ts";
import type { LimitAlgorithm } from "./algorithm.ts";
import { type ConcurrencyLimiterOptions, concurrencyLimiter } from "./concurrency-limiter.ts";
import type { Limiter } from "./limiter.ts";
import type { QueueOptions } from "./queue/queue-options.ts";

/**
 * How many concurrent requests (CCU: running or waiting) a service is made for.
 *
 * Either `max` and the part of it that is normal: then the workers are a tenth of the normal
 * capacity, at least 50 and at most 500. Or `workers`, `maxQueue` and `maxCcu`: then the normal
 * capacity is the workers and the queue together.
 */
export type CcuForm =
  | { readonly max: number; readonly utilization: number }
  | { readonly workers: number; readonly maxQueue: number; readonly maxCcu: number };

export interface CcuOptions extends Omit<ConcurrencyLimiterOptions, "algorithm" | "queue"> {
  readonly queue: Omit<QueueOptions, "maxSize">;
}

interface CcuPlan {
  readonly max: number;
  readonly normalCapacity: number;
  readonly workers: number;
}

const MAX_CCU = 1_000_000;

/**
 * A limiter in Fluxor's form: as many as there are workers run, more wait. Up to the normal
 * capacity that is the usual queue; from there to the maximum it is headroom, which is served as
 * well but later; beyond, "queue_full". `snapshot()` has `normalCapacity`, `workers` and `queue`
 * (normal capacity − workers). Throws AdmissionError ("bad_option").
 *
 * `ccu({ max: 5000, utilization: 0.67 }, …)`: normal capacity 3,350, workers 335, queue 3,015, and
 * 1,650 more as headroom. Unlike Fluxor, no floor lets in more than `max` (it admitted 150 of 100),
 * a utilization that cannot be is refused rather than replaced by 0.67, the queue exists, and what
 * is in flight is never forgotten.
 */
export function ccu(form: CcuForm, { queue, ...options }: CcuOptions): Limiter {
  const { max, normalCapacity, workers } = planOf(form);
  const places = max - workers;
  const limiter = concurrencyLimiter({
    ...options,
    algorithm: steady(workers),
    queue: places === 0 ? undefined : { ...queue, maxSize: places },
  });
  return {
    name: limiter.name,
    tryAcquire: (context) => limiter.tryAcquire(context),
    acquire: (context, how) => limiter.acquire(context, how),
    snapshot: () => ({
      ...limiter.snapshot(),
      normalCapacity,
      workers,
      queue: normalCapacity - workers,
    }),
    close: () => limiter.close(),
  };
}

function planOf(form: CcuForm): CcuPlan {
  if ("max" in form) {
    const { max, utilization } = form;
    checkWhole("max", max, 1, MAX_CCU);
    if (!(utilization > 0 && utilization <= 1)) {
      throw badOption("utilization", utilization, "a part of max, above 0 and at most 1");
    }
    // 100 × 0.29 is 28.999999999999996.
    const normalCapacity = Math.max(1, Math.floor(max * utilization + 1e-9));
    const tenth = Math.floor(normalCapacity / 10);
    const workers = Math.min(normalCapacity, Math.max(50, Math.min(500, tenth)));
    return { max, normalCapacity, workers };
  }
  const { workers, maxQueue, maxCcu } = form;
  checkWhole("workers", workers, 1, MAX_CCU);
  checkWhole("maxQueue", maxQueue, 0, MAX_CCU);
  checkWhole("maxCcu", maxCcu, workers + maxQueue, MAX_CCU);
  return { max: maxCcu, normalCapacity: workers + maxQueue, workers };
}

function steady(limit: number): LimitAlgorithm {
  return { name: "fixed", limit, onSample: () => {} };
}
