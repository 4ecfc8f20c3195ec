import { describe, expect, test } from "bun:test";
import type { KeptAnswer } from "@breakwater/service";
import { systemClock } from "@breakwater/system-clock";
import { redisCache } from "./redis-cache.ts";
import { type Redis, redisConnection } from "./redis-connection.ts";
import { hasRedis, testRedis } from "./testing/redis-server.ts";

const limits = { clock: systemClock(), timeoutMs: 1000, maxInFlight: 1000 };
const settings = { prefix: "c:", maxKeepMs: 60_000, maxEntryBytes: 1000 };
const answer: KeptAnswer = {
  status: 200,
  fields: [["content-type", "image/png"]],
  body: new Uint8Array([0, 200, 13, 10]),
  tags: ["users", "user:1"],
  freshMs: 5000,
};

async function withRedis(run: (redis: Redis) => Promise<void>): Promise<void> {
  await using server = await testRedis();
  using redis = redisConnection({ url: server.url, ...limits });
  await run(redis);
}

describe.skipIf(!hasRedis)("with redis-server (skipped where it is not installed)", () => {
  test("what was kept is found by all, with its age", () =>
    withRedis(async (redis) => {
      const [one, two] = [redisCache({ redis, ...settings }), redisCache({ redis, ...settings })];
      const { found, asOf } = await one.get("GET /a");
      expect(found).toBeUndefined();
      await one.set("GET /a", answer, { asOf, keepMs: 1000 });
      const again = (await two.get("GET /a")).found!;
      expect({ ...again.answer, body: [...again.answer.body] }).toEqual({
        ...answer,
        body: [...answer.body],
      });
      expect(again.ageMs).toBeWithin(0, 1000);
      expect((await two.get("GET /b")).found).toBeUndefined();
    }));

  test.each([
    ["its first tag is", "users", false],
    ["its last tag is", "user:1", false],
    ["another tag is", "user:2", true],
  ])("it is good until %s made invalid", (_which, tag, isStillThere) =>
    withRedis(async (redis) => {
      const cache = redisCache({ redis, ...settings });
      const { asOf } = await cache.get("a");
      await cache.set("a", answer, { asOf, keepMs: 1000 });
      await cache.invalidate(tag);
      expect((await cache.get("a")).found !== undefined).toBe(isStillThere);
    }),
  );

  test("what was made before its tag was made invalid is not kept after it", () =>
    withRedis(async (redis) => {
      const cache = redisCache({ redis, ...settings });
      const { asOf } = await cache.get("a");
      await cache.invalidate("users");
      await cache.set("a", answer, { asOf, keepMs: 1000 });
      expect((await cache.get("a")).found).toBeUndefined();
      // Not even out of sight: the tag's time is forgotten some day.
      expect(await redis.send("KEYS", ["c:a:*"])).toEqual([]);
      const later = await cache.get("a");
      await cache.set("a", answer, { asOf: later.asOf, keepMs: 1000 });
      expect((await cache.get("a")).found).toBeDefined();
    }));

  test("nothing is kept without an end, and nothing large", () =>
    withRedis(async (redis) => {
      const cache = redisCache({ redis, ...settings });
      const { asOf } = await cache.get("a");
      await cache.set("a", answer, { asOf, keepMs: 1e9 });
      await cache.set("b", { ...answer, body: new Uint8Array(1001) }, { asOf, keepMs: 1000 });
      await cache.invalidate("other");
      const keys = (await redis.send("KEYS", ["*"])) as string[];
      const left = await Promise.all(keys.map((key) => redis.send("PTTL", [key])));
      expect(left).toHaveLength(2);
      for (const ms of left) expect(ms).toBeWithin(50_000, 70_001);
    }));

  test("what another version has written is as nothing", () =>
    withRedis(async (redis) => {
      const cache = redisCache({ redis, ...settings });
      const { asOf } = await cache.get("a");
      await cache.set("a", answer, { asOf, keepMs: 1000 });
      const [key = ""] = (await redis.send("KEYS", ["*"])) as string[];
      for (const other of ["", "abc", "\0\0\0\x02{}", "\0\0\0\x02{]xyz"]) {
        await redis.send("SET", [key, other]);
        expect((await cache.get("a")).found).toBeUndefined();
      }
    }));
});

test("a cache that keeps nothing is refused", () => {
  using redis = redisConnection({ url: "redis://127.0.0.1", ...limits });
  const make = () => redisCache({ redis, ...settings, maxKeepMs: 0 });
  expect(make).toThrow("Cannot use maxKeepMs 0: it takes 1 or more");
});
