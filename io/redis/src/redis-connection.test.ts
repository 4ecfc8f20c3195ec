import { describe, expect, test } from "bun:test";
import { sleepUntil } from "@breakwater/clock";
import { systemClock } from "@breakwater/system-clock";
import { type Redis, type RedisOptions, redisConnection } from "./redis-connection.ts";
import { hasRedis, testRedis } from "./testing/redis-server.ts";

const clock = systemClock();

function connected(url: string, changes: Partial<RedisOptions> = {}): Redis {
  return redisConnection({ url, clock, timeoutMs: 300, maxInFlight: 100, ...changes });
}

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (error: unknown) => (error as { readonly code: string }).code,
  );

async function untilUp(redis: Redis): Promise<void> {
  while (!redis.isUp) await sleepUntil(clock, clock.nowMs() + 5);
}

describe.skipIf(!hasRedis)("with redis-server (skipped where it is not installed)", () => {
  test("connects when it is first used, and all who ask meanwhile are answered", async () => {
    await using server = await testRedis();
    using redis = connected(server.url);
    expect(redis.isUp).toBe(false);
    const answers = await Promise.all([redis.send("PING", []), redis.send("INCR", ["n"])]);
    expect([...answers, redis.isUp]).toEqual(["PONG", 1, true]);
  });

  test("bytes come back as they were sent", async () => {
    await using server = await testRedis();
    using redis = connected(server.url);
    const bytes = new Uint8Array([0, 255, 10, 13, 128]);
    await redis.send("SET", ["key", bytes]);
    expect(new Uint8Array((await redis.getBytes("key"))!)).toEqual(bytes);
    expect(await redis.getBytes("none")).toBeNull();
  });

  test("a command that Redis refuses says why and harms no other", async () => {
    await using server = await testRedis();
    using redis = connected(server.url);
    const refused = redis.send("NONSENSE", []);
    expect(await caught(refused)).toBe("refused");
    await expect(refused).rejects.toThrow("Redis cannot do that: ERR unknown command");
    expect(await redis.send("PING", [])).toBe("PONG");
  });

  test("killed: who waits is told, who asks is told at once; started again it is used", async () => {
    await using server = await testRedis();
    using redis = connected(server.url);
    await redis.send("PING", []);
    const blocked = caught(redis.send("BLPOP", ["none", "0"]));
    await server.kill();
    expect(await blocked).toBe("down");
    expect([redis.isUp, await caught(redis.send("PING", []))]).toEqual([false, "down"]);
    await server.start();
    await untilUp(redis);
    expect(await redis.send("PING", [])).toBe("PONG");
  });

  test("frozen: nobody waits longer than the time limit, and it is used when it thaws", async () => {
    await using server = await testRedis();
    using redis = connected(server.url);
    await redis.send("PING", []);
    server.freeze();
    const startedMs = clock.nowMs();
    const codes = await Promise.all([1, 2, 3].map(() => caught(redis.send("PING", []))));
    expect(codes).toEqual(["timeout", "timeout", "timeout"]);
    expect(clock.nowMs() - startedMs).toBeLessThan(2000);
    expect(await caught(redis.send("PING", []))).toBe("down");
    server.thaw();
    await untilUp(redis);
    expect(await redis.send("PING", [])).toBe("PONG");
  });

  test("no more wait than are allowed", async () => {
    await using server = await testRedis();
    using redis = connected(server.url, { maxInFlight: 2, timeoutMs: 1000 });
    server.freeze();
    const waiting = [1, 2].map(() => caught(redis.send("PING", [])));
    expect(await caught(redis.send("PING", []))).toBe("busy");
    server.thaw();
    expect(await Promise.all(waiting)).toEqual(["no error", "no error"]);
  });

  test("closed: who waits is told, and who asks later", async () => {
    await using server = await testRedis();
    const redis = connected(server.url);
    await redis.send("PING", []);
    const blocked = caught(redis.send("BLPOP", ["none", "0"]));
    redis.close();
    redis.close();
    expect([await blocked, await caught(redis.send("PING", []))]).toEqual(["closed", "closed"]);
  });
});

test("where nothing listens, the first who asks is told, and the next at once", async () => {
  using redis = connected("redis+unix:///nonexistent/socket");
  expect(await caught(redis.send("PING", []))).toBe("down");
  expect(await caught(redis.send("PING", []))).toBe("down");
});

test("a server that never says a word is given up", async () => {
  using mute = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  using redis = connected(`redis://127.0.0.1:${mute.port}`);
  expect(await caught(redis.send("PING", []))).toMatch(/^(timeout|down)$/);
});

test.each([
  ["a URL of something else", { url: "http://user:secret@a" }, "Cannot use that Redis URL"],
  ["no time", { timeoutMs: 0 }, "Cannot use timeoutMs 0"],
  ["no number", { maxInFlight: Number.NaN }, "Cannot use maxInFlight NaN"],
])("%s is refused, and no password is told", (_what, wrong, message) => {
  const open = () => connected("redis://a", wrong);
  expect(open).toThrow(message);
  expect(open).not.toThrow("secret");
});
