import { describe, expect, test } from "bun:test";
import { gcraStep, type RateResult, type RateRule } from "@breakwater/admission";
import { systemClock } from "@breakwater/system-clock";
import fc from "fast-check";
import { redisConnection } from "./redis-connection.ts";
import { redisRateStore, take, toResult } from "./redis-rate-store.ts";
import { hasRedis, testRedis } from "./testing/redis-server.ts";

const clock = systemClock();
const limits = { clock, timeoutMs: 1000, maxInFlight: 10_000 };
const perMinute: RateRule = { limit: 60, periodMs: 60_000, burst: 3 };

const rules = fc.record({
  limit: fc.oneof(
    fc.integer({ min: 1, max: 100_000 }),
    fc.double({ min: 0.01, max: 100, noNaN: true }),
  ),
  periodMs: fc.integer({ min: 1, max: 100_000 }),
  burst: fc.integer({ min: 1, max: 50 }),
});
const gaps = fc.array(fc.oneof(fc.double({ min: 0, max: 3000, noNaN: true }), fc.constant(0)), {
  minLength: 1,
  maxLength: 20,
});

describe.skipIf(!hasRedis)("with redis-server (skipped where it is not installed)", () => {
  test("the script decides as gcraStep() does, to the last bit", async () => {
    await using server = await testRedis();
    using redis = redisConnection({ url: server.url, ...limits });
    let run = 0;
    const steps = async (rule: RateRule, gapsMs: readonly number[]) => {
      const key = `k${run++}`;
      const [ours, theirs]: [RateResult[], RateResult[]] = [[], []];
      let tatMs = -Infinity;
      let nowMs = 90_000_000;
      for (const gapMs of gapsMs) {
        nowMs += gapMs;
        // The script forgets a key by the server's clock, so it is kept for this one.
        await redis.send("PERSIST", [key]);
        const step = gcraStep(tatMs, nowMs, rule);
        tatMs = step.tatMs;
        ours.push(step);
        theirs.push(toResult(await take(redis, { key, rule, nowMs }), rule));
      }
      return [ours, theirs] as const;
    };
    await fc.assert(
      fc.asyncProperty(rules, gaps, async (rule, gapsMs) => {
        // So that none is forgotten between two commands.
        const slow = { ...rule, periodMs: Math.max(rule.periodMs, rule.limit * 500) };
        const [ours, theirs] = await steps(slow, gapsMs);
        expect(theirs).toEqual(ours);
      }),
      { numRuns: 60 },
    );
  });

  test("by the server's clock: a burst, and then none", async () => {
    await using server = await testRedis();
    using redis = redisConnection({ url: server.url, ...limits });
    const store = redisRateStore({ redis, prefix: "t:" });
    const results: RateResult[] = [];
    for (let count = 0; count < 4; count += 1) results.push(await store.take("a", perMinute));
    expect(results.map(({ admitted }) => admitted)).toEqual([true, true, true, false]);
    expect(results.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0]);
    expect(results[3]!.retryAfterMs).toBeWithin(900, 1001);
    expect(results[3]!.limit).toBe(60);
    expect((await store.take("b", perMinute)).admitted).toBe(true);
  });

  test("two instances that ask at the same time share one allowance", async () => {
    await using server = await testRedis();
    using one = redisConnection({ url: server.url, ...limits });
    using two = redisConnection({ url: server.url, ...limits });
    const stores = [one, two].map((redis) => redisRateStore({ redis, prefix: "t:" }));
    const asked = Array.from({ length: 100 }, (_, index) =>
      stores[index % 2]!.take("a", { limit: 10, periodMs: 600_000, burst: 10 }),
    );
    const admitted = (await Promise.all(asked)).filter((result) => result.admitted);
    expect(admitted).toHaveLength(10);
  });

  test("a key at rest is forgotten, so that memory is bounded", async () => {
    await using server = await testRedis();
    using redis = redisConnection({ url: server.url, ...limits });
    const store = redisRateStore({ redis, prefix: "t:" });
    await store.take("a", perMinute);
    expect(await redis.send("PTTL", ["t:a"])).toBeWithin(900, 1001);
    await store.take("a", perMinute);
    expect(await redis.send("PTTL", ["t:a"])).toBeWithin(1900, 2001);
  });

  test("the script is sent again when Redis has forgotten it", async () => {
    await using server = await testRedis();
    using redis = redisConnection({ url: server.url, ...limits });
    const store = redisRateStore({ redis, prefix: "t:" });
    await store.take("a", perMinute);
    await redis.send("SCRIPT", ["FLUSH"]);
    expect((await store.take("a", perMinute)).remaining).toBe(1);
  });
});
