import { describe, expect, test } from "bun:test";
import { sleepUntil } from "@breakwater/clock";
import { memoryCache, rateLimit, responseCache } from "@breakwater/service";
import { ask } from "@breakwater/service/testing";
import { systemClock } from "@breakwater/system-clock";
import { redisCache } from "./redis-cache.ts";
import { type Redis, redisConnection } from "./redis-connection.ts";
import { redisRateStore } from "./redis-rate-store.ts";
import { hasRedis, testRedis } from "./testing/redis-server.ts";

const clock = systemClock();
const limits = { clock, timeoutMs: 200, maxInFlight: 100 };

async function untilUp(redis: Redis): Promise<void> {
  while (!redis.isUp) await sleepUntil(clock, clock.nowMs() + 5);
}

describe.skipIf(!hasRedis)("a service whose Redis dies (skipped without redis-server)", () => {
  test("goes on counting in memory, and for all together once it is back", async () => {
    await using server = await testRedis();
    using redis = redisConnection({ url: server.url, ...limits });
    const outages: boolean[] = [];
    const stage = rateLimit({
      anonymous: { limit: 3, periodMs: 600_000, burst: 3 },
      maxKeys: 10,
      store: redisRateStore({ redis, prefix: "rate:" }),
      onOutage: ({ isDown }) => outages.push(isDown),
    });
    const statuses = async (count: number) => {
      const seen: number[] = [];
      for (let index = 0; index < count; index += 1) {
        seen.push((await ask({}, { stages: [stage] })).status);
      }
      return seen;
    };
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
    await server.kill();
    const startedMs = clock.nowMs();
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
    expect(clock.nowMs() - startedMs).toBeLessThan(1000);
    expect(outages).toEqual([true]);
    await server.start();
    await untilUp(redis);
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
    expect(outages).toEqual([true, false]);
  });

  test("and one that hangs holds no request up for longer than its time limit", async () => {
    await using server = await testRedis();
    using redis = redisConnection({ url: server.url, ...limits });
    const cache = responseCache({
      clock,
      store: redisCache({ redis, prefix: "cache:", maxKeepMs: 60_000, maxEntryBytes: 1000 }),
      ...{ ttlMs: 60_000, maxBodyBytes: 1000, maxWaiting: 10, maxWaitMs: 1000 },
    });
    const origins = async (count: number) => {
      const seen: (string | undefined)[] = [];
      for (let index = 0; index < count; index += 1) {
        const { fields, status } = await ask({}, { stages: [cache.stage] });
        expect(status).toBe(200);
        seen.push(fields["x-cache"]);
      }
      return seen;
    };
    await origins(1);
    // What is kept is kept behind the answer.
    await redis.send("PING", []);
    expect(await origins(2)).toEqual(["HIT", "HIT"]);
    server.freeze();
    const startedMs = clock.nowMs();
    expect(await origins(3)).toEqual(["MISS", "MISS", "MISS"]);
    expect(clock.nowMs() - startedMs).toBeLessThan(1000);
    server.thaw();
    await untilUp(redis);
    expect(await origins(1)).toEqual(["HIT"]);
  });

  test("the store in memory and the one in Redis can be told apart by nobody", async () => {
    await using server = await testRedis();
    using redis = redisConnection({ url: server.url, ...limits });
    const stores = [
      memoryCache({ clock, maxEntries: 10, maxBytes: 100_000 }),
      redisCache({ redis, prefix: "cache:", maxKeepMs: 60_000, maxEntryBytes: 1000 }),
    ];
    const answer = { status: 200, fields: [], body: Buffer.from("a"), tags: ["t"], freshMs: 9 };
    const seen = await Promise.all(
      stores.map(async (store) => {
        const { asOf } = await store.get("a");
        await store.set("a", answer, { asOf, keepMs: 1000 });
        const kept = (await store.get("a")).found?.answer.body.length;
        await store.invalidate("t");
        const late = store.set("b", answer, { asOf, keepMs: 1000 });
        await late;
        return [kept, (await store.get("a")).found, (await store.get("b")).found];
      }),
    );
    expect(seen).toEqual([
      [1, undefined, undefined],
      [1, undefined, undefined],
    ]);
  });
});
