import type { Field } from "@breakwater/wire";

/** An answer that is given again. */
export interface KeptAnswer {
  readonly status: number;
  readonly fields: readonly Field[];
  readonly body: Uint8Array;
  /** By which it can be made invalid. */
  readonly tags: readonly string[];
  /** How long it is good for; it is kept longer if it may also be used when stale. */
  readonly freshMs: number;
}

export interface Lookup {
  readonly found: { readonly answer: KeptAnswer; readonly ageMs: number } | undefined;
  /**
   * When that was, in the store's own time. What is kept instead says so: if one of its tags was
   * made invalid since, it was made of what is no longer true.
   */
  readonly asOf: number;
}

/** Where answers are kept: memoryCache(), or one for all instances of @breakwater/redis. */
export interface CacheStore {
  get(key: string): Lookup | Promise<Lookup>;
  /** Keeps it for so long at most; not if it is too large, or was made invalid since `asOf`. */
  set(key: string, answer: KeptAnswer, options: KeepOptions): void | Promise<void>;
  /** Forgets every answer with that tag. */
  invalidate(tag: string): void | Promise<void>;
}

export interface KeepOptions {
  /** Of the lookup that did not find it. */
  readonly asOf: number;
  readonly keepMs: number;
}
