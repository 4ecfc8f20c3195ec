import { number } from "./algorithms/bounds.ts";
import type { Clock } from "./clock.ts";
import type { AcquireOptions, Limiter, RequestContext } from "./limiter.ts";
import type { Permit } from "./permit.ts";
import type { Rejection } from "./rejection.ts";

export interface KeyedLimiterOptions {
  readonly name: string;
  readonly clock: Clock;
  /** The limiter of a key that is new, or was forgotten. */
  readonly make: (key: string) => Limiter;
  /** At most a million: each costs its name and its limiter, 1.3 kB for one that is fixed. */
  readonly maxKeys: number;
  /** A key that nobody used for so long, and that has nothing out, is forgotten. */
  readonly idleMs: number;
  /**
   * A new key while there are `maxKeys`: "reject" it until one has been idle for long enough, or
   * "evict-idle" one with nothing out, however short a time ago it was used.
   */
  readonly whenFull: "reject" | "evict-idle";
}

/** A limiter for each key (client, tenant, host). */
export interface KeyedLimiter {
  readonly name: string;
  /** How many keys it knows. */
  readonly size: number;
  tryAcquire(key: string, context?: RequestContext): Permit | Rejection;
  acquire(
    key: string,
    context?: RequestContext,
    options?: AcquireOptions,
  ): Permit | Rejection | Promise<Permit | Rejection>;
  /** Closes all of them, and those to come. */
  close(): void;
}

/**
 * Never forgets a key with permits out or requests in its queue, so none gets its share twice. What
 * finds no room is rejected with "share".
 */
export function keyedLimiter(options: KeyedLimiterOptions): KeyedLimiter {
  return new BoundedLimiters(options);
}

/** How many of the oldest are looked at to make room: the price of one rejection is bounded too. */
const LOOKS = 8;

interface Entry {
  readonly limiter: Limiter;
  usedMs: number;
}

class BoundedLimiters implements KeyedLimiter {
  readonly name: string;
  readonly #clock: Clock;
  readonly #make: (key: string) => Limiter;
  readonly #maxKeys: number;
  readonly #idleMs: number;
  readonly #evictsIdle: boolean;
  /** The one used the longest ago first. */
  readonly #entries = new Map<string, Entry>();
  #isClosed: boolean = false;

  constructor({ name, clock, make, maxKeys, idleMs, whenFull }: KeyedLimiterOptions) {
    this.name = name;
    this.#clock = clock;
    this.#make = make;
    this.#maxKeys = Math.floor(number("maxKeys", maxKeys, 1, 1_000_000));
    this.#idleMs = number("idleMs", idleMs, 0, 1e11);
    this.#evictsIdle = whenFull === "evict-idle";
  }

  get size(): number {
    return this.#entries.size;
  }

  tryAcquire(key: string, context?: RequestContext): Permit | Rejection {
    const limiter = this.#limiterOf(key);
    return limiter?.tryAcquire(context) ?? this.#rejection(context);
  }

  acquire(
    key: string,
    context?: RequestContext,
    options?: AcquireOptions,
  ): Permit | Rejection | Promise<Permit | Rejection> {
    const limiter = this.#limiterOf(key);
    return limiter?.acquire(context, options) ?? this.#rejection(context);
  }

  close(): void {
    this.#isClosed = true;
    for (const { limiter } of this.#entries.values()) limiter.close();
  }

  #limiterOf(key: string): Limiter | undefined {
    const nowMs = this.#clock.nowMs();
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.usedMs = nowMs;
      this.#toEnd(key, known);
      return known.limiter;
    }
    this.#makeRoom(nowMs);
    if (this.#entries.size >= this.#maxKeys) return undefined;
    const limiter = this.#make(key);
    if (this.#isClosed) limiter.close();
    this.#entries.set(key, { limiter, usedMs: nowMs });
    return limiter;
  }

  #toEnd(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  #makeRoom(nowMs: number): void {
    const oldest: [string, Entry][] = [];
    for (const entry of this.#entries) {
      if (oldest.push(entry) === LOOKS) break;
    }
    for (const [key, entry] of oldest) {
      const isLongIdle = nowMs - entry.usedMs >= this.#idleMs;
      const isFull = this.#entries.size >= this.#maxKeys;
      if (!isLongIdle && !(isFull && this.#evictsIdle)) return;
      const { inFlight, queued } = entry.limiter.snapshot();
      // One that is in use moves back, or a few of those would bar the way for good.
      if (inFlight + queued > 0) this.#toEnd(key, entry);
      else this.#entries.delete(key);
    }
  }

  #rejection(context: RequestContext | undefined): Rejection {
    return {
      admitted: false,
      reason: this.#isClosed ? "draining" : "share",
      retryAfterMs: this.#isClosed || this.#evictsIdle ? 0 : this.#idleMs,
      limiter: this.name,
      partition: context?.partition,
    };
  }
}
