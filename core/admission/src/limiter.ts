import type { Permit } from "./permit.ts";
import type { Rejection } from "./rejection.ts";

/** What is known of a request before it is admitted. */
export interface RequestContext {
  /** 0 is the most important; left out: the limiter's default. */
  readonly priority?: number | undefined;
  /** The partition whose share it counts against. */
  readonly partition?: string | undefined;
  /** Never rejected: health checks. It counts as in flight all the same. */
  readonly critical?: boolean | undefined;
}

export interface AcquireOptions {
  /** By the clock; it is not started after that. */
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignalLike | undefined;
}

/** The part of AbortSignal that is needed, so that this compiles without a platform. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(
    type: "abort",
    listener: () => void,
    options?: { readonly once?: boolean },
  ): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export interface Limiter {
  readonly name: string;
  /** Now or not at all: never waits, whatever the queue. */
  tryAcquire(context?: RequestContext): Permit | Rejection;
  /** Waits in the queue, if there is one; answers at once (not in a promise) where it can. */
  acquire(
    context?: RequestContext,
    options?: AcquireOptions,
  ): Permit | Rejection | Promise<Permit | Rejection>;
  snapshot(): LimiterSnapshot;
  /** Rejects what waits and whatever comes ("draining"); permits that are out stay good. */
  close(): void;
}

export interface LimiterSnapshot {
  readonly name: string;
  readonly limit: number;
  readonly inFlight: number;
  readonly queued: number;
  readonly algorithm: string;
  /** Since the beginning. */
  readonly admitted: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly released: Readonly<Record<string, number>>;
  /** Permits that were released more than once: a mistake of whoever holds them. */
  readonly doubleReleases: number;
  readonly partitions: Readonly<Record<string, PartitionSnapshot>>;
  /** Of a limiter that was made by ccu(): how much of it is normal. */
  readonly normalCapacity?: number | undefined;
  /** Of the same: how many run at a time, and how many of the normal capacity wait. */
  readonly workers?: number | undefined;
  readonly queue?: number | undefined;
  readonly mode: "enforce" | "observe";
}

export interface PartitionSnapshot {
  readonly share: number;
  readonly inFlight: number;
  readonly queued: number;
}
