import { number } from "../algorithms/bounds.ts";
import { gcraStep, parseRateRule, type RateResult, type RateRule } from "./gcra-step.ts";

export interface GcraOptions {
  readonly limit: number;
  readonly periodMs: number;
  /**
   * How many may come at once after a rest. Left out: 2, with which those that come unevenly still
   * get the limit, and nobody gets more than one above it in any period.
   */
  readonly burst?: number | undefined;
  /** At most a million: each costs 70 bytes at the most, and its name. */
  readonly maxKeys: number;
  /**
   * A new key while all are busy: "reject" it, which lets a flood of names lock newcomers out, or
   * "evict" the key that was admitted the longest ago, which then begins afresh.
   */
  readonly whenFull: "reject" | "evict";
}

export interface RateLimit {
  /** Counts one request of that key, unless it is one too many. `nowMs` is of a monotonic clock. */
  take(key: string, nowMs: number): RateResult;
  readonly size: number;
}

/** A rate limit for each key, in memory. Keys at rest are forgotten, which loses nothing. */
export function gcra(options: GcraOptions): RateLimit {
  return new GcraStore(options);
}

class GcraStore implements RateLimit {
  readonly #rule: RateRule;
  readonly #depthMs: number;
  readonly #maxKeys: number;
  readonly #evicts: boolean;
  /** The theoretical arrival time by key, the one admitted the longest ago first. */
  readonly #tats = new Map<string, number>();

  constructor(options: GcraOptions) {
    this.#rule = parseRateRule(options);
    this.#depthMs = (this.#rule.periodMs / this.#rule.limit) * this.#rule.burst;
    this.#maxKeys = Math.floor(number("maxKeys", options.maxKeys, 1, 1_000_000));
    this.#evicts = options.whenFull === "evict";
  }

  get size(): number {
    return this.#tats.size;
  }

  take(key: string, nowMs: number): RateResult {
    const known = this.#tats.get(key);
    if (known === undefined) {
      const fullForMs = this.#makeRoom(nowMs);
      if (fullForMs > 0) return this.#rejectNew(fullForMs);
    }
    const result = gcraStep(known ?? -Infinity, nowMs, this.#rule);
    if (result.admitted || result.tatMs !== known) this.#keep(key, result.tatMs);
    return result;
  }

  #keep(key: string, tatMs: number): void {
    this.#tats.delete(key);
    this.#tats.set(key, tatMs);
  }

  /** Forgets up to two keys at rest for each new one, so none pays for many; else for how long. */
  #makeRoom(nowMs: number): number {
    let looked = 0;
    for (const [key, tatMs] of this.#tats) {
      const isFull = this.#tats.size >= this.#maxKeys;
      // One that is further ahead than can be was left by a clock that has jumped back since.
      const isAtRest = tatMs <= nowMs || tatMs > nowMs + this.#depthMs * 1.001;
      if (!isAtRest && !isFull) return 0;
      if (!(isAtRest || this.#evicts)) return tatMs - nowMs;
      this.#tats.delete(key);
      looked += 1;
      if (looked === 2) return 0;
    }
    return 0;
  }

  #rejectNew(retryAfterMs: number): RateResult {
    const { limit } = this.#rule;
    const tatMs = -Infinity;
    return { admitted: false, tatMs, limit, remaining: 0, resetMs: retryAfterMs, retryAfterMs };
  }
}
