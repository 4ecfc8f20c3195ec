import {
  memoryCache,
  type ResponseCache,
  responseCache,
  type ServiceKit,
} from "@breakwater/service";
import type { Settings } from "./settings.ts";
import type { SharedStores } from "./shared-stores.ts";

/** Every answer that shows users, so that one line makes all of them invalid. */
const TAG = "users";
const MAX_ENTRIES = 1000;
const MAX_BYTES = 16_777_216;
const MAX_BODY_BYTES = 262_144;
const MAX_WAITING = 1000;

export interface UserCache extends Pick<ResponseCache, "stage" | "counts"> {
  /** After a user was added or changed. Never fails: what is stale has gone after its time. */
  forget(): Promise<void>;
}

/** Keeps what shows users, in Redis if it is there. One asks the database for all who wait. */
export function userCache(
  { cacheTtl: ttlMs, requestTimeout: maxWaitMs }: Settings,
  { clock, log, metrics }: ServiceKit,
  shared: SharedStores | undefined,
): UserCache {
  let storeErrors = 0;
  const { stage, invalidate, counts } = responseCache({
    clock,
    store: shared?.cache ?? memoryCache({ clock, maxEntries: MAX_ENTRIES, maxBytes: MAX_BYTES }),
    ttlMs,
    // Whoever has a token sees the same; it is checked before the cache is asked.
    audience: "everyone",
    tagsOf: () => [TAG],
    maxBodyBytes: MAX_BODY_BYTES,
    maxWaiting: MAX_WAITING,
    maxWaitMs,
    onStoreError: () => {
      storeErrors += 1;
    },
  });
  metrics.registerCounter({
    name: "cache_requests_total",
    help: "Requests that the response cache was asked for, by outcome.",
    read: () => {
      const { hits, stale, misses, bypassed } = counts();
      const all = { hit: hits, stale, miss: misses, bypass: bypassed };
      return Object.entries(all).map(([outcome, value]) => ({ labels: { outcome }, value }));
    },
  });
  metrics.registerGauge({
    name: "cache_hit_rate",
    help: "The part of them that it answered, 0 to 1; bypasses are left out.",
    read: () => counts().hitRate,
  });
  metrics.registerCounter({
    name: "cache_store_errors_total",
    help: "How often its store could not be asked or told.",
    read: () => storeErrors,
  });
  return {
    stage,
    counts,
    forget: async () => {
      try {
        await invalidate(TAG);
      } catch (err) {
        storeErrors += 1;
        log.logger.warn({ err, ttl_ms: ttlMs }, "Old answers stay in the cache until their time");
      }
    },
  };
}
