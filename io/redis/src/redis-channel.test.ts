import { describe, expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import { redisChannel } from "./redis-channel.ts";
import { redisConnection } from "./redis-connection.ts";
import { hasRedis, testRedis } from "./testing/redis-server.ts";

const clock = systemClock();

/** What is heard, in order: a message, or "gap". */
function listener() {
  const heard: string[] = [];
  let look = (): void => {};
  const take = (what: string): void => {
    heard.push(what);
    look();
  };
  return {
    heard,
    onMessage: take,
    onGap: () => take("gap"),
    until: (count: number) =>
      new Promise<readonly string[]>((resolve) => {
        look = () => {
          if (heard.length >= count) resolve(heard);
        };
        look();
      }),
  };
}

describe.skipIf(!hasRedis)("with redis-server (skipped where it is not installed)", () => {
  test("whoever listens hears what is published, and first of all that it is late", async () => {
    await using server = await testRedis();
    const { url } = server;
    using redis = redisConnection({ url, clock, timeoutMs: 1000, maxInFlight: 10 });
    const { heard, until, ...on } = listener();
    using channel = redisChannel({ url, clock, timeoutMs: 1000, channel: "c", ...on });
    expect([channel.isUp, heard]).toEqual([false, []]);
    await until(1);
    await redis.send("PUBLISH", ["c", "a/é.txt"]);
    await redis.send("PUBLISH", ["other", "x"]);
    await redis.send("PUBLISH", ["c", "b"]);
    expect([await until(3), channel.isUp]).toEqual([["gap", "a/é.txt", "b"], true]);
  });

  test("after a crash of the server it listens again, and tells of the gap", async () => {
    await using server = await testRedis();
    const { url } = server;
    const { until, ...on } = listener();
    using channel = redisChannel({ url, clock, timeoutMs: 1000, channel: "c", ...on });
    await until(1);
    await server.kill();
    await server.start();
    await until(2);
    using redis = redisConnection({ url, clock, timeoutMs: 1000, maxInFlight: 10 });
    await redis.send("PUBLISH", ["c", "again"]);
    expect([await until(3), channel.isUp]).toEqual([["gap", "gap", "again"], true]);
  });

  test("a server that hangs is left and heard again when it is back", async () => {
    await using server = await testRedis();
    const { url } = server;
    const { until, ...on } = listener();
    using _channel = redisChannel({ url, clock, timeoutMs: 100, channel: "c", ...on });
    await until(1);
    server.freeze();
    const lost = clock.nowMs() + 400;
    await new Promise<void>((resolve) => clock.at(lost, resolve));
    server.thaw();
    expect((await until(2)).slice(0, 2)).toEqual(["gap", "gap"]);
  });
});
