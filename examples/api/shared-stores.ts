import { redisCache, redisConnection, redisRateStore } from "@breakwater/redis";
import type { CacheStore, HealthCheck, RateStore, ServiceKit } from "@breakwater/service";
import type { Settings } from "./settings.ts";

/** What all instances of the service have in common, in Redis. */
export interface SharedStores extends Disposable {
  readonly cache: CacheStore;
  /** Counts of that name: several limits do not add up. */
  rates(name: string): RateStore;
  /** The service is ready without: each instance then counts and asks the database by itself. */
  readonly check: HealthCheck;
}

const TIMEOUT_MS = 250;
const MAX_IN_FLIGHT = 10_000;
const MAX_ANSWER_BYTES = 1_048_576;

/** None without a URL. Throws RedisError for one that cannot be. */
export function openSharedStores(
  { redisUrl: url, cacheTtl }: Settings,
  { clock, metrics }: ServiceKit,
): SharedStores | undefined {
  if (url === undefined) return undefined;
  const redis = redisConnection({ url, clock, timeoutMs: TIMEOUT_MS, maxInFlight: MAX_IN_FLIGHT });
  metrics.registerGauge({
    name: "redis_up",
    help: "1 if Redis answered when it was last asked.",
    read: () => Number(redis.isUp),
  });
  return {
    cache: redisCache({
      redis,
      prefix: "api:cache:",
      maxKeepMs: cacheTtl,
      maxEntryBytes: MAX_ANSWER_BYTES,
    }),
    rates: (name) => redisRateStore({ redis, prefix: `api:${name}:` }),
    check: {
      name: "redis",
      isRequired: false,
      check: async () => {
        await redis.send("PING", []);
      },
    },
    [Symbol.dispose]: () => redis.close(),
  };
}
