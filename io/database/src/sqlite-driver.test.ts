import { Database as SqliteFile } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "@breakwater/system-clock";
import { caught, codeOf } from "./testing/caught.ts";
import { sqliteStage } from "./testing/stage.ts";

const clock = systemClock();

async function lockedFile() {
  const stage = sqliteStage();
  await stage.open().query("CREATE TABLE numbers (n INTEGER)");
  const other = new SqliteFile(stage.url);
  other.run("BEGIN IMMEDIATE");
  other.run("INSERT INTO numbers VALUES (1)");
  return {
    stage,
    other,
    [Symbol.asyncDispose]: async () => {
      other.close();
      await stage[Symbol.asyncDispose]();
    },
  };
}

test("who finds another program writing waits for it, and the loop turns meanwhile", async () => {
  await using use = await lockedFile();
  const database = use.stage.open();
  clock.at(clock.nowMs() + 30, () => use.other.run("COMMIT"));
  const [alone, together] = await Promise.all([
    database.query("INSERT INTO numbers VALUES (2) RETURNING n"),
    database.transaction((transaction) =>
      transaction.query("INSERT INTO numbers VALUES (3) RETURNING n"),
    ),
  ]);
  expect([alone, together]).toEqual([[{ n: 2 }], [{ n: 3 }]]);
});

test("the wait for a writer ends by the time a query may take, or when nobody asks", async () => {
  await using use = await lockedFile();
  const database = use.stage.open({ queryTimeoutMs: 30 });
  const insert = "INSERT INTO numbers VALUES (2)";
  const gone = new AbortController();
  clock.at(clock.nowMs() + 5, () => gone.abort());
  const aborted = codeOf(database.query(insert, [], { signal: gone.signal }));
  const late = codeOf(database.transaction((transaction) => transaction.query(insert)));
  expect(await Promise.all([aborted, late])).toEqual(["aborted", "timeout"]);
  expect(await database.query("SELECT n FROM numbers")).toEqual([]);
  use.other.run("COMMIT");
  expect(await database.query("SELECT n FROM numbers")).toEqual([{ n: 1 }]);
});

test("readers are not held up by a writer", async () => {
  await using use = await lockedFile();
  const database = use.stage.open();
  expect(await database.query("SELECT n FROM numbers")).toEqual([]);
});

test("a database in memory is one connection, which is kept", async () => {
  await using stage = sqliteStage();
  for (const url of ["sqlite::memory:", ":memory:", "sqlite://:memory:"]) {
    const pool = { maxOpenConns: 9, maxIdleConns: 0, connMaxIdleTimeMs: 0.001 };
    const database = stage.open({ url, pool });
    await database.query("CREATE TABLE numbers (n INTEGER)");
    await Promise.all([1, 2, 3].map((n) => database.query("INSERT INTO numbers VALUES (?)", [n])));
    expect(await database.query("SELECT count(*) AS n FROM numbers")).toEqual([{ n: 3 }]);
    expect(database.snapshot()).toMatchObject({ maxOpen: 1, open: 1, idle: 1 });
  }
});

test("foreign keys are kept, and the log is written ahead", async () => {
  await using stage = sqliteStage();
  const database = stage.open();
  await database.query("CREATE TABLE a (id INTEGER PRIMARY KEY)");
  await database.query("CREATE TABLE b (a_id INTEGER REFERENCES a)");
  expect(await codeOf(database.query("INSERT INTO b VALUES (5)"))).toBe("constraint");
  expect(await database.query("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
});

test.each([
  ["in a folder that is not there", "nowhere/app.db", ""],
  ["that is something else", "text.db", "This is no database, but long enough. ".repeat(50)],
])("a file %s is unavailable, and named", async (_what, name, content) => {
  await using stage = sqliteStage();
  const path = join(stage.url, "..", name);
  if (content !== "") await Bun.write(path, content);
  const database = stage.open({ url: path });
  const error = await caught(database.ping());
  expect([error.code, error.cause instanceof Error]).toEqual(["unavailable", true]);
  expect(database.snapshot()).toMatchObject({ open: 0, inUse: 0 });
});
