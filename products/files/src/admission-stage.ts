import {
  type ConcurrencyLimiterOptions,
  concurrencyLimiter,
  defaultAlgorithm,
  fixed,
} from "@breakwater/admission";
import { admission, type ServiceKit, type Stage } from "@breakwater/service";
import type { Settings } from "./settings.ts";

/** Permits of handlers that outlive their answers. */
const MAX_LINGER_MS = 30_000;

/**
 * How many requests run and how many wait. Uploads and streamed downloads take as long as their
 * clients' lines do, which says nothing of how busy the service is: they have a limit of their own.
 */
export function admissionStage(settings: Settings, { clock, metrics }: ServiceKit): Stage {
  const { limit, maxQueue, maxWait: maxWaitMs, maxTransfers } = settings;
  const admitted = (name: string, form: Pick<ConcurrencyLimiterOptions, "algorithm" | "queue">) => {
    const limiter = concurrencyLimiter({ name, clock, mode: "enforce", ...form });
    const capacity = { queueSize: form.queue?.maxSize ?? 0 };
    const watch = metrics.watchLimiter({ limiter, capacity });
    return admission({ limiter, random: Math.random, maxLingerMs: MAX_LINGER_MS, watch });
  };
  const waiting = { maxWaitMs, order: "fifo" } as const;
  const calls = admitted("files", {
    algorithm: limit === "adaptive" ? defaultAlgorithm({ random: Math.random }) : fixed(limit),
    queue: maxQueue === 0 ? undefined : { ...waiting, maxSize: maxQueue },
  });
  const transfers = admitted("transfers", {
    algorithm: fixed(maxTransfers),
    queue: { ...waiting, maxSize: maxTransfers },
  });
  return (next) => {
    const call = calls(next);
    const transfer = transfers(next);
    return (each) => (isTransfer(each.route.pattern) ? transfer(each) : call(each));
  };
}

/** Whose body goes through here. */
export const isTransfer = (pattern: string): boolean => transferPatterns.has(pattern);

const transferPatterns: ReadonlySet<string> = new Set([
  "/upload",
  "/batch-upload",
  "/tus",
  "/tus/",
  "/tus/*",
  "/tus/:id",
  "/files/*",
]);
