import { afterAll, beforeAll, expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import { relay } from "@breakwater/tcp-relay";
import { caught, codeOf } from "./testing/caught.ts";
import { findPostgres, type PostgresServer, postgresServer } from "./testing/postgres-server.ts";
import { postgresStage, type Stage } from "./testing/stage.ts";

const programs = findPostgres();
const here = test.skipIf(programs === undefined);
const clock = systemClock();
let server: PostgresServer;

beforeAll(async () => {
  if (programs !== undefined) server = await postgresServer(programs);
});
afterAll(async () => {
  if (programs !== undefined) await server[Symbol.asyncDispose]();
});

async function withNumbers(options: Parameters<Stage["open"]>[0] = {}) {
  const stage = postgresStage(server.url);
  const database = stage.open(options);
  await database.query("CREATE TABLE numbers (n INTEGER PRIMARY KEY)");
  return { stage, database, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
}

const sleeping = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(9)'";
const ownPid = "SELECT pg_backend_pid() AS pid";

here("a query that takes too long ends on the server, too, and its connection stays", async () => {
  await using use = await withNumbers({ pool: { maxOpenConns: 1 }, queryTimeoutMs: 150 });
  const [before] = await use.database.query(ownPid);
  expect(await codeOf(use.database.query("SELECT pg_sleep(9)"))).toBe("timeout");
  const [after] = await use.database.query(ownPid);
  expect(after).toEqual(before!);
  expect(await use.stage.open().query(`${sleeping} AND state = 'active'`)).toEqual([{ n: 0 }]);
});

here("a query is cancelled by whoever asked, in a transaction as well", async () => {
  await using use = await withNumbers({ pool: { maxOpenConns: 1 } });
  const gone = new AbortController();
  const { signal } = gone;
  const running = use.database.transaction(
    async (transaction) => {
      await transaction.query("INSERT INTO numbers VALUES (1)");
      const asleep = transaction.query("SELECT pg_sleep(9)");
      clock.at(clock.nowMs() + 20, () => gone.abort());
      await asleep;
    },
    { signal },
  );
  expect(await codeOf(running)).toBe("aborted");
  expect(await use.database.query("SELECT n FROM numbers")).toEqual([]);
  expect(await codeOf(use.database.query("SELECT 1", [], { signal }))).toBe("aborted");
  expect(use.database.snapshot()).toMatchObject({ open: 1, lost: 0 });
});

here("a network that goes silent costs what waits for it, not what comes after", async () => {
  await using silent = relay({
    clock,
    random: () => 0,
    upstream: { hostname: "127.0.0.1", port: server.port },
  });
  await using stage = postgresStage(server.url);
  const url = server.url.replace(`:${server.port}/`, `:${silent.port}/`);
  const database = stage.open({ url, pool: { maxOpenConns: 2 }, queryTimeoutMs: 100 });
  await Promise.all([database.ping(), database.ping()]);
  silent.pause();
  const codes = await Promise.all([1, 2].map(() => codeOf(database.ping())));
  expect(codes).toEqual(["timeout", "timeout"]);
  silent.resume();
  await database.ping();
  expect(database.snapshot()).toMatchObject({ inUse: 0 });
});

here(
  "after a crash of the server all that ran fails, and when it is back all is well",
  async () => {
    await using use = await withNumbers({ pool: { maxOpenConns: 3 }, queryTimeoutMs: 5000 });
    const { database } = use;
    const asleep = [1, 2, 3, 4, 5].map(() => codeOf(database.query("SELECT pg_sleep(9)")));
    await use.stage.open().query("INSERT INTO numbers VALUES (1)");
    await server.crash();
    expect(await Promise.all(asleep)).toEqual(Array(5).fill("unavailable"));
    const refused = await caught(database.ping());
    expect([refused.code, refused.message.includes("s3cret")]).toEqual(["unavailable", false]);
    expect(database.snapshot()).toMatchObject({ open: 0, idle: 0, inUse: 0 });
    await server.start();
    expect(await database.query("SELECT n FROM numbers")).toEqual([{ n: 1 }]);
  },
);

here("idle connections that a crash has cut are not given to anybody", async () => {
  await using use = await withNumbers();
  const { database } = use;
  await Promise.all([1, 2, 3].map(() => database.ping()));
  expect(database.snapshot().idle).toBe(3);
  await server.crash();
  await server.start();
  await Promise.all([1, 2, 3].map(() => database.ping()));
  expect(database.snapshot()).toMatchObject({ lost: 3, inUse: 0 });
});

here("a transaction whose connection is lost is not gone on with on another one", async () => {
  await using use = await withNumbers();
  const other = use.stage.open();
  const running = use.database.transaction(async (transaction) => {
    await transaction.query("INSERT INTO numbers VALUES (1)");
    const [row] = await transaction.query<{ pid: number }>(ownPid);
    await other.query("SELECT pg_terminate_backend(?)", [row?.pid ?? 0]);
    await transaction.query("INSERT INTO numbers VALUES (2)");
  });
  expect(await codeOf(running)).toBe("unavailable");
  expect(await other.query("SELECT n FROM numbers")).toEqual([]);
  expect(use.database.snapshot()).toMatchObject({ inUse: 0, lost: 1 });
});

here("of two transactions that wait for each other one is a conflict", async () => {
  await using use = await withNumbers();
  const { database } = use;
  await database.query("INSERT INTO numbers VALUES (1), (2)");
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const lockBoth = (mine: number, others: number, done: () => void, ready: Promise<void>) =>
    database.transaction(async (transaction) => {
      await transaction.query("SELECT n FROM numbers WHERE n = ? FOR UPDATE", [mine]);
      done();
      await ready;
      await transaction.query("SELECT n FROM numbers WHERE n = ? FOR UPDATE", [others]);
    });
  const both = [
    lockBoth(1, 2, first.resolve, second.promise),
    lockBoth(2, 1, second.resolve, first.promise),
  ];
  const ended = await Promise.all(
    both.map((each) =>
      each.then(
        () => "done",
        (e) => e.code,
      ),
    ),
  );
  expect(ended.sort()).toEqual(["conflict", "done"]);
});

here("a server that is not there is unavailable, and the message has no password", async () => {
  await using stage = postgresStage(server.url);
  const database = stage.open({ url: "postgres://me:hush@127.0.0.1:1/x" });
  const error = await caught(database.ping());
  expect(error.code).toBe("unavailable");
  expect(error.message).toStartWith("Cannot connect to PostgreSQL at 127.0.0.1:1/x: ");
  expect(error.message).not.toContain("hush");
});

here("a server that takes connections and says nothing is unavailable in time", async () => {
  using mute = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  await using stage = postgresStage(server.url);
  const url = `postgres://me:hush@127.0.0.1:${mute.port}/x`;
  const database = stage.open({ url, queryTimeoutMs: 50 });
  const error = await caught(database.ping());
  expect([error.code, error.message]).toEqual([
    "unavailable",
    `Cannot connect to PostgreSQL at 127.0.0.1:${mute.port}/x: it does not answer`,
  ]);
  expect(database.snapshot()).toMatchObject({ open: 0, inUse: 0 });
});

here("PostgreSQL's operator ? is written twice", async () => {
  await using use = await withNumbers();
  const text = `SELECT '{"a":1}'::jsonb ?? ? AS has`;
  expect(await use.database.query(text, ["a"])).toEqual([{ has: true }]);
});
