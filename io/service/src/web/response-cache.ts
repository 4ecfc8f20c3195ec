import type { Clock } from "@breakwater/clock";
import { LRUCache } from "lru-cache";
import type { Call, CallHandler, Stage } from "../call.ts";
import { checkWhole } from "../service-error.ts";
import {
  type Audience,
  inOrder,
  isUnchanged,
  keyOf,
  useFor,
  variantOf,
  verdictOn,
} from "./cache-rules.ts";
import type { CacheStore, KeptAnswer, Lookup } from "./cache-store.ts";
import { capturedCall } from "./captured-call.ts";
import { type Deadline, Deadlines } from "./deadlines.ts";

/** Where an answer came from: X-Cache in capitals. A bypass was not the cache's to answer. */
export type CacheOutcome = "hit" | "stale" | "miss" | "bypass";

export interface ResponseCacheOptions {
  readonly clock: Clock;
  readonly store: CacheStore;
  /** How long an answer is good for that says nothing else (Cache-Control: max-age, s-maxage). */
  readonly ttlMs: number;
  /**
   * How long after that it may still be given: while one request renews it, or if that fails with
   * a 5xx (RFC 5861).
   */
  readonly staleMs?: number;
  /** "anonymous" if left out. */
  readonly audience?: Audience;
  /** By which answers of that call can be made invalid: ["users", "user:7"]. */
  readonly tagsOf?: (call: Call) => readonly string[];
  /** A longer body is not kept. */
  readonly maxBodyBytes: number;
  /** How many requests may wait for what others have asked for already, and how long. */
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
  readonly onOutcome?: (outcome: CacheOutcome, call: Call) => void;
  /** The store could not be asked or told, such as when Redis is down: handlers answer. */
  readonly onStoreError?: (error: unknown) => void;
}

export interface CacheCounts {
  readonly hits: number;
  readonly stale: number;
  readonly misses: number;
  readonly bypassed: number;
  /** Of what was the cache's to answer, the part that it did: 0 to 1. */
  readonly hitRate: number;
}

export interface ResponseCache {
  readonly stage: Stage;
  invalidate(tag: string): Promise<void>;
  counts(): CacheCounts;
}

/**
 * Gives answers to GET and HEAD again. Of those who ask for the same that is not kept, one asks the
 * handler, and the others wait for its answer: who cannot wait any longer asks, too.
 */
export function responseCache(options: ResponseCacheOptions): ResponseCache {
  const { ttlMs, staleMs = 0, maxBodyBytes, maxWaiting, maxWaitMs } = options;
  checkWhole("ttlMs", ttlMs, 1, Number.MAX_SAFE_INTEGER);
  checkWhole("staleMs", staleMs, 0, Number.MAX_SAFE_INTEGER);
  checkWhole("maxBodyBytes", maxBodyBytes, 1, Number.MAX_SAFE_INTEGER);
  checkWhole("maxWaiting", maxWaiting, 0, 1_000_000);
  checkWhole("maxWaitMs", maxWaitMs, 1, 3_600_000);
  const cache = new Cache(options);
  return {
    stage: (next) => (call) => cache.answer(call, next),
    invalidate: async (tag) => options.store.invalidate(tag),
    counts: () => cache.counts(),
  };
}

interface Flight {
  readonly waiting: Set<Waiter>;
}

interface Waiter {
  readonly wake: (landed: Landed) => void;
  readonly deadline: Deadline;
}

/** What became of the one who asked: an answer for that key, none to share, or none in time. */
type Landed = { readonly key: string; readonly answer: KeptAnswer } | "failed" | "late";

interface Asked {
  readonly call: Call;
  readonly next: CallHandler;
  readonly base: string;
  readonly key: string;
  readonly asOf: number | undefined;
  readonly stale: Lookup["found"];
}

/** How many addresses are known whose answers vary, or are not to be kept. */
const MAX_KNOWN = 10_000;
const PASS_MS = 10_000;

class Cache {
  readonly #options: ResponseCacheOptions;
  readonly #deadlines: Deadlines;
  readonly #flights = new Map<string, Flight>();
  #waiting = 0;
  /** By what the answers of an address vary. */
  readonly #varies = new LRUCache<string, readonly string[]>({ max: MAX_KNOWN });
  /** Until when nobody need wait, because the last answer was not for others. */
  readonly #passes = new LRUCache<string, number>({ max: MAX_KNOWN });
  readonly #counts: Record<CacheOutcome, number> = { hit: 0, stale: 0, miss: 0, bypass: 0 };

  constructor(options: ResponseCacheOptions) {
    this.#options = options;
    this.#deadlines = new Deadlines(options.clock, options.maxWaitMs);
  }

  counts(): CacheCounts {
    const { hit: hits, stale, miss: misses, bypass: bypassed } = this.#counts;
    const all = hits + stale + misses;
    return { hits, stale, misses, bypassed, hitRate: all === 0 ? 0 : (hits + stale) / all };
  }

  answer(call: Call, next: CallHandler): void | Promise<void> {
    const { store, audience = "anonymous", onStoreError } = this.#options;
    const use = useFor(call, audience);
    if (use === "bypass") return this.#bypass(call, next);
    const base = keyOf(call, audience);
    if (this.#isPassing(base)) return this.#bypass(call, next);
    const key = variantOf(base, call.request, this.#varies.get(base));
    const renews = use === "renew";
    const found = (lookup: Lookup | undefined): void | Promise<void> => {
      const kept = lookup?.found;
      if (!renews && kept && kept.ageMs < kept.answer.freshMs) {
        return this.#give(call, { ...kept, outcome: "hit" });
      }
      return this.#ask({ call, next, base, key, asOf: lookup?.asOf, stale: kept });
    };
    const lookup = store.get(key);
    if (!(lookup instanceof Promise)) return found(lookup);
    const known = lookup.catch((error: unknown) => {
      onStoreError?.(error);
      return undefined;
    });
    return known.then((later) => (call.isAnswered ? undefined : found(later)));
  }

  #ask(asked: Asked): void | Promise<void> {
    const { call, next, key, stale } = asked;
    // Its answer has no body, so that nobody else could use it.
    if (call.request.method === "HEAD") return this.#miss(call, next);
    const flight = this.#flights.get(key);
    if (flight === undefined) return this.#lead(asked);
    if (stale !== undefined) return this.#give(call, { ...stale, outcome: "stale" });
    if (this.#waiting >= this.#options.maxWaiting) return this.#miss(call, next);
    return this.#join(asked, flight);
  }

  #lead({ call, next, base, key, asOf, stale }: Asked): void | Promise<void> {
    const flight: Flight = { waiting: new Set() };
    this.#flights.set(key, flight);
    const land = (landed: Landed): void => {
      if (this.#flights.get(key) !== flight) return;
      this.#flights.delete(key);
      for (const waiter of flight.waiting) this.#wake(waiter, landed);
      flight.waiting.clear();
    };
    call.onEnd(() => land("failed"));
    const { maxBodyBytes } = this.#options;
    const captured = capturedCall(call, {
      maxBodyBytes,
      onAnswer: ({ status }) => {
        if (status < 500 || stale === undefined) {
          this.#count("miss", call);
          call.setField("x-cache", "MISS");
          return true;
        }
        land("failed");
        void this.#give(call, { ...stale, outcome: "stale" });
        return false;
      },
      onWhole: (whole) => land(this.#keep(whole, { call, base, asOf })),
      onTooLong: () => {
        this.#pass(base);
        land("failed");
      },
    });
    return next(captured);
  }

  #keep(
    whole: Omit<KeptAnswer, "tags" | "freshMs">,
    { call, base, asOf }: Pick<Asked, "call" | "base" | "asOf">,
  ): Landed {
    const { audience = "anonymous", ttlMs, staleMs = 0, tagsOf, store } = this.#options;
    const verdict = verdictOn(whole, { audience, ttlMs });
    if (verdict === undefined) {
      if (whole.status < 500) this.#pass(base);
      return "failed";
    }
    const { freshMs, varies } = verdict;
    const before = this.#varies.get(base) ?? [];
    const names = inOrder(new Set([...before, ...varies]));
    if (names.length > 0) this.#varies.set(base, names);
    const key = variantOf(base, call.request, names.length > 0 ? names : undefined);
    const answer: KeptAnswer = { ...whole, freshMs, tags: tagsOf?.(call) ?? [] };
    if (asOf !== undefined) {
      const kept = store.set(key, answer, { asOf, keepMs: freshMs + staleMs });
      if (kept instanceof Promise) kept.catch((error) => this.#options.onStoreError?.(error));
    }
    return { key, answer };
  }

  async #join({ call, next, base }: Asked, flight: Flight): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<Landed>();
    const late = (): void => this.#drop(flight, waiter);
    const waiter: Waiter = {
      wake: resolve,
      deadline: this.#deadlines.add(late, this.#options.clock.nowMs()),
    };
    flight.waiting.add(waiter);
    this.#waiting += 1;
    call.onEnd(() => this.#drop(flight, waiter));
    const landed = await promise;
    if (call.isAnswered) return;
    if (landed === "late") return this.#miss(call, next);
    if (landed !== "failed") {
      // Only now is known by what it varies: it may be for others than this one.
      const { key, answer } = landed;
      const own = variantOf(base, call.request, this.#varies.get(base));
      if (own === key) return this.#give(call, { answer, ageMs: 0, outcome: "hit" });
    }
    return this.answer(call, next);
  }

  #drop(flight: Flight, waiter: Waiter): void {
    if (flight.waiting.delete(waiter)) this.#wake(waiter, "late");
  }

  #wake({ wake, deadline }: Waiter, landed: Landed): void {
    this.#waiting -= 1;
    this.#deadlines.remove(deadline);
    wake(landed);
  }

  #give(
    call: Call,
    { answer, ageMs, outcome }: Found & { readonly outcome: "hit" | "stale" },
  ): void {
    this.#count(outcome, call);
    call.setFields([
      ["age", String(Math.floor(ageMs / 1000))],
      ["x-cache", outcome.toUpperCase()],
    ]);
    const { status, fields, body } = answer;
    if (isUnchanged(call.request, fields)) call.respond({ status: 304, fields });
    else call.respond({ status, fields, body });
  }

  #miss(call: Call, next: CallHandler): void | Promise<void> {
    this.#count("miss", call);
    call.setField("x-cache", "MISS");
    return next(call);
  }

  #bypass(call: Call, next: CallHandler): void | Promise<void> {
    this.#count("bypass", call);
    return next(call);
  }

  #pass(base: string): void {
    this.#passes.set(base, this.#options.clock.nowMs() + PASS_MS);
  }

  #isPassing(base: string): boolean {
    const untilMs = this.#passes.get(base);
    return untilMs !== undefined && untilMs > this.#options.clock.nowMs();
  }

  #count(outcome: CacheOutcome, call: Call): void {
    this.#counts[outcome] += 1;
    this.#options.onOutcome?.(outcome, call);
  }
}

type Found = NonNullable<Lookup["found"]>;
