import { redisCache, redisChannel, redisConnection, redisRateStore } from "@breakwater/redis";
import type { HealthCheck, RateStore, ServiceKit } from "@breakwater/service";
import type { OtherInstances } from "./caches/forgetting.ts";
import type { Settings } from "./settings.ts";

/** What all instances of the service have in common, in Redis. */
export interface Shared extends OtherInstances, Disposable {
  readonly rates: RateStore;
  /** The service is ready without: each instance then counts and remembers by itself. */
  readonly check: HealthCheck;
  /** From now on changes that any instance tells of are heard. */
  listen(listener: ChangeListener): void;
}

export interface ChangeListener {
  readonly onMessage: (message: string) => void;
  /** Some may have been missed: nothing that is kept can be relied upon. */
  readonly onGap: () => void;
}

const TIMEOUT_MS = 250;
const LISTEN_TIMEOUT_MS = 2000;
const MAX_IN_FLIGHT = 10_000;
const MAX_LIST_BYTES = 2_097_152;
const PREFIX = "bw-files:";

/** None without a URL. Throws RedisError for one that cannot be. */
export function openShared(
  { redisUrl: url, listTtl, bucketName, s3Bucket }: Settings,
  { clock, metrics, log }: ServiceKit,
): Shared | undefined {
  if (url === undefined) return undefined;
  const redis = redisConnection({ url, clock, timeoutMs: TIMEOUT_MS, maxInFlight: MAX_IN_FLIGHT });
  // Services in front of different buckets may share a server.
  const prefix = `${PREFIX}${bucketName ?? s3Bucket ?? ""}:`;
  const channel = `${prefix}changes`;
  let isDown: boolean = false;
  metrics.registerGauge({
    name: "redis_up",
    help: "1 if Redis answered when it was last asked.",
    read: () => Number(redis.isUp),
  });
  const closing = new DisposableStack();
  closing.defer(() => redis.close());
  return {
    rates: redisRateStore({ redis, prefix: `${prefix}rate:` }),
    cache: redisCache({
      redis,
      prefix: `${prefix}list:`,
      maxKeepMs: listTtl,
      maxEntryBytes: MAX_LIST_BYTES,
    }),
    publish: async (message) => {
      await redis.send("PUBLISH", [channel, message]);
      isDown = false;
    },
    onError: (err) => {
      if (!isDown) {
        log.logger.warn({ err }, "Redis is down: other instances show changes after a while");
      }
      isDown = true;
    },
    listen: (listener) => {
      closing.use(redisChannel({ url, clock, timeoutMs: LISTEN_TIMEOUT_MS, channel, ...listener }));
    },
    check: {
      name: "redis",
      isRequired: false,
      check: async () => {
        await redis.send("PING", []);
      },
    },
    [Symbol.dispose]: () => closing.dispose(),
  };
}
