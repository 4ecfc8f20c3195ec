import {
  ccu,
  concurrencyLimiter,
  defaultAlgorithm,
  fixed,
  type QueueOptions,
} from "@breakwater/admission";
import type { Clock } from "@breakwater/clock";
import type { WatchedLimiter } from "@breakwater/service";
import type { Settings } from "./settings.ts";

/** How many requests run at once, and how many wait: as many concurrent users, if not told else. */
export function apiLimiter(settings: Settings, clock: Clock): WatchedLimiter {
  const { limit, maxCcu, utilization, workers, maxQueue = 0, maxWait: maxWaitMs } = settings;
  const options = { name: "api", clock, mode: "enforce" } as const;
  const waiting = { maxWaitMs, order: "fifo" } as const;
  if (limit === "ccu") {
    const form =
      workers === undefined
        ? { max: maxCcu, utilization: utilization / 100 }
        : { workers, maxQueue, maxCcu };
    return { limiter: ccu(form, { ...options, queue: waiting }), capacity: { maxCcu } };
  }
  const algorithm = limit === "adaptive" ? defaultAlgorithm({ random: Math.random }) : fixed(limit);
  const queue: QueueOptions | undefined =
    maxQueue === 0 ? undefined : { ...waiting, maxSize: maxQueue };
  const limiter = concurrencyLimiter({ ...options, algorithm, queue });
  return { limiter, capacity: { queueSize: maxQueue } };
}
