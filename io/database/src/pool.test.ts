import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { openDatabase } from "./database.ts";
import { DatabaseError } from "./database-error.ts";
import type { PoolOptions } from "./pool-options.ts";
import { sqliteStage } from "./testing/stage.ts";

/** Three idle connections at 0 ms. */
async function threeIdle(pool: Partial<PoolOptions>) {
  const stage = sqliteStage();
  const clock = new FakeClock();
  const database = stage.open({ clock, pool });
  await Promise.all([1, 2, 3].map(() => database.ping()));
  return { clock, database, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
}

test("what nobody used for its idle time is closed", async () => {
  await using use = await threeIdle({ connMaxIdleTimeMs: 1000 });
  const { clock, database } = use;
  expect(database.snapshot()).toMatchObject({ open: 3, idle: 3, closedByIdleTime: 0 });
  await clock.advanceTo(600);
  await database.ping();
  await clock.advanceTo(1000);
  expect(database.snapshot()).toMatchObject({ open: 1, idle: 1, closedByIdleTime: 2 });
  await clock.advanceTo(1600);
  expect(database.snapshot()).toMatchObject({ open: 0, idle: 0, closedByIdleTime: 3 });
});

test("what is older than its lifetime is closed, one in use when it comes back", async () => {
  await using use = await threeIdle({ connMaxLifetimeMs: 1000 });
  const { clock, database } = use;
  await database.transaction(async () => {
    await clock.advanceTo(1000);
    expect(database.snapshot()).toMatchObject({ open: 1, inUse: 1, closedByLifetime: 2 });
  });
  expect(database.snapshot()).toMatchObject({ open: 0, idle: 0, closedByLifetime: 3 });
});

test("no more stay than may be idle", async () => {
  await using use = await threeIdle({ maxIdleConns: 1 });
  expect(use.database.snapshot()).toMatchObject({ open: 1, idle: 1, closedByMaxIdle: 2 });
});

test("the wait for a connection is counted", async () => {
  await using use = await threeIdle({ maxOpenConns: 1 });
  const { clock, database } = use;
  const before = database.snapshot();
  let waiting = Promise.resolve();
  await database.transaction(async () => {
    waiting = database.ping();
    await clock.advanceTo(250);
  });
  await waiting;
  const { waitCount, waitMs } = database.snapshot();
  expect([waitCount - before.waitCount, waitMs - before.waitMs]).toEqual([1, 250]);
});

test.each<[what: string, options: Partial<PoolOptions>]>([
  ["pool.maxOpenConns 0", { maxOpenConns: 0 }],
  ["pool.maxOpenConns NaN", { maxOpenConns: Number.NaN }],
  ["pool.maxIdleConns -1", { maxIdleConns: -1 }],
  ["pool.connMaxLifetimeMs 0", { connMaxLifetimeMs: 0 }],
  ["pool.connMaxIdleTimeMs NaN", { connMaxIdleTimeMs: Number.NaN }],
  ["pool.maxWaiting 1.5", { maxWaiting: 1.5 }],
  ["pool.maxWaitMs Infinity", { maxWaitMs: Number.POSITIVE_INFINITY }],
])("%s is refused by name", (what, pool) => {
  const open = () => openDatabase({ url: ":memory:", clock: new FakeClock(), pool });
  expect(open).toThrow(DatabaseError);
  expect(open).toThrow(`Cannot use ${what}: it takes `);
});
