import type { Clock } from "@breakwater/clock";
import { LRUCache } from "lru-cache";
import { checkWhole } from "../service-error.ts";
import type { CacheStore, KeepOptions, KeptAnswer, Lookup } from "./cache-store.ts";

export interface MemoryCacheOptions {
  readonly clock: Clock;
  readonly maxEntries: number;
  /** Of bodies, keys and fields, roughly. One entry has a tenth of it at most. */
  readonly maxBytes: number;
}

export interface MemoryCache extends CacheStore {
  get(key: string): Lookup;
  set(key: string, answer: KeptAnswer, options: KeepOptions): void;
  invalidate(tag: string): void;
  readonly entries: number;
  readonly bytes: number;
}

/** Keeps answers in this process; the one not asked for the longest goes when there is no room. */
export function memoryCache(options: MemoryCacheOptions): MemoryCache {
  return new Memory(options);
}

interface Entry {
  readonly answer: KeptAnswer;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** How many tags are known to have been made invalid lately. */
const MAX_INVALIDATED = 1000;

class Memory implements MemoryCache {
  readonly #clock: Clock;
  readonly #entries: LRUCache<string, Entry>;
  readonly #keysByTag = new Map<string, Set<string>>();
  /** Counts how often something was made invalid: the time of this store. */
  #asOf = 0;
  /** When each tag was, the longest ago first, and when the last one was that is forgotten. */
  readonly #invalidated = new Map<string, number>();
  #forgotten = 0;

  constructor({ clock, maxEntries, maxBytes }: MemoryCacheOptions) {
    checkWhole("maxEntries", maxEntries, 1, 10_000_000);
    checkWhole("maxBytes", maxBytes, 1000, Number.MAX_SAFE_INTEGER);
    this.#clock = clock;
    this.#entries = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      maxEntrySize: Math.floor(maxBytes / 10),
      sizeCalculation: sizeOf,
      dispose: ({ answer }, key) => this.#untag(key, answer.tags),
    });
  }

  get entries(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  get(key: string): Lookup {
    const nowMs = this.#clock.nowMs();
    const entry = this.#entries.get(key);
    if (entry === undefined) return { found: undefined, asOf: this.#asOf };
    if (entry.untilMs <= nowMs) {
      this.#entries.delete(key);
      return { found: undefined, asOf: this.#asOf };
    }
    const found = { answer: entry.answer, ageMs: nowMs - entry.sinceMs };
    return { found, asOf: this.#asOf };
  }

  set(key: string, answer: KeptAnswer, { asOf, keepMs }: KeepOptions): void {
    const isInvalid = answer.tags.some((tag) => (this.#invalidated.get(tag) ?? 0) > asOf);
    if (isInvalid || (answer.tags.length > 0 && asOf < this.#forgotten)) return;
    const sinceMs = this.#clock.nowMs();
    this.#entries.set(key, { answer, sinceMs, untilMs: sinceMs + keepMs });
    if (!this.#entries.has(key)) return;
    for (const tag of answer.tags) {
      const keys = this.#keysByTag.get(tag) ?? new Set();
      this.#keysByTag.set(tag, keys.add(key));
    }
  }

  invalidate(tag: string): void {
    this.#asOf += 1;
    this.#invalidated.delete(tag);
    this.#invalidated.set(tag, this.#asOf);
    if (this.#invalidated.size > MAX_INVALIDATED) {
      const [oldest, asOf] = this.#invalidated.entries().next().value!;
      this.#invalidated.delete(oldest);
      this.#forgotten = asOf;
    }
    for (const key of this.#keysByTag.get(tag) ?? []) this.#entries.delete(key);
  }

  #untag(key: string, tags: readonly string[]): void {
    for (const tag of tags) {
      const keys = this.#keysByTag.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysByTag.delete(tag);
    }
  }
}

function sizeOf({ answer: { body, fields, tags } }: Entry, key: string): number {
  let bytes = 200 + body.length + key.length;
  for (const [name, value] of fields) bytes += name.length + value.length;
  for (const tag of tags) bytes += tag.length;
  return bytes;
}
