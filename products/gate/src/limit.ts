import {
  ccu,
  concurrencyLimiter,
  defaultAlgorithm,
  fixed,
  type Limiter,
  type LimiterEvent,
} from "@breakwater/admission";
import type { Clock } from "@breakwater/clock";
import { priorityLevels, usualPriority } from "./rules.ts";
import type { Shares } from "./rules-fields.ts";

/** How many may be in flight, who waits, and who comes first. */
export interface LimitSettings {
  readonly form: LimitForm;
  readonly queue: QueueSettings;
  readonly shares: Shares;
  readonly hasPriorities: boolean;
  readonly mode: "enforce" | "observe";
}

export type LimitForm =
  | {
      readonly kind: "adaptive";
      readonly initial?: number | undefined;
      readonly min?: number | undefined;
      readonly max?: number | undefined;
    }
  | { readonly kind: "fixed"; readonly limit: number }
  | { readonly kind: "ccu"; readonly max: number; readonly utilization: number };

export interface QueueSettings {
  /** 0: nobody waits. */
  readonly maxSize: number;
  readonly maxWaitMs: number;
  readonly order: "fifo" | "lifo" | "adaptive-lifo";
}

export interface LimiterEdges {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly onEvent: (event: LimiterEvent) => void;
}

/** The limiter that is asked for. Throws AdmissionError ("bad_option"). */
export function openLimiter(settings: LimitSettings, edges: LimiterEdges): Limiter {
  const { form, queue, shares, hasPriorities, mode } = settings;
  const { clock, onEvent, random } = edges;
  const { maxWaitMs, order, maxSize } = queue;
  const isSplit = Object.keys(shares).length > 0;
  const options = {
    name: "gate",
    clock,
    mode,
    onEvent,
    ...(isSplit && { partitions: { shares, unknown: "borrow" as const } }),
    ...(hasPriorities && { priorities: { levels: priorityLevels, default: usualPriority } }),
  };
  if (form.kind === "ccu") return ccu(form, { ...options, queue: { maxWaitMs, order } });
  const algorithm =
    form.kind === "fixed" ? fixed(form.limit) : defaultAlgorithm({ ...form, random });
  const waiting = maxSize === 0 ? undefined : { maxSize, maxWaitMs, order };
  return concurrencyLimiter({ ...options, algorithm, queue: waiting });
}

/** The limit in force in words: "adaptive, 100 at first", "200", "ccu of 5000: 335 at a time …". */
export function describeLimit({ form, queue, mode }: LimitSettings, limit: number): string {
  const observed = mode === "observe" ? ", only observed: nothing is shed" : "";
  const waits = queue.maxSize > 0 ? `, ${queue.maxSize} more wait up to ${queue.maxWaitMs} ms` : "";
  if (form.kind === "adaptive") return `adaptive, now ${limit} in flight${waits}${observed}`;
  if (form.kind === "fixed") return `${limit} in flight${waits}${observed}`;
  const max = `at most ${form.max} in all`;
  return `${limit} in flight, others wait up to ${queue.maxWaitMs} ms, ${max}${observed}`;
}
