import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Database } from "./database.ts";
import type { DatabaseErrorCode } from "./database-error.ts";
import type { QueryEvent } from "./session.ts";
import type { Value } from "./statement.ts";
import { caught, codeOf } from "./testing/caught.ts";
import { findPostgres, type PostgresServer, postgresServer } from "./testing/postgres-server.ts";
import { postgresStage, type Stage, sqliteStage } from "./testing/stage.ts";

const programs = findPostgres();
let server: PostgresServer | undefined;

beforeAll(async () => {
  server = programs === undefined ? undefined : await postgresServer(programs);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

const kinds: readonly [name: string, isHere: boolean, stage: () => Stage][] = [
  ["SQLite", true, sqliteStage],
  [
    "PostgreSQL (skipped where it is not installed)",
    programs !== undefined,
    () => postgresStage(server?.url ?? ""),
  ],
];

const createUsers = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)";
const insertUser = "INSERT INTO users VALUES (?, ?)";

async function namesIn(database: Database): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>("SELECT name FROM users ORDER BY id");
  return rows.map(({ name }) => name);
}

describe.each(kinds)("%s", (_name, isHere, newStage) => {
  const usersStage = async (options: Parameters<Stage["open"]>[0] = {}) => {
    const stage = newStage();
    const database = stage.open(options);
    await database.query(createUsers);
    return { stage, database, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
  };

  test.skipIf(!isHere)(
    "a row is an object of what was put in, quotes and question marks and all",
    async () => {
      await using use = await usersStage();
      const given = [7, "it's ? -- ';DROP TABLE users"];
      const text = "INSERT INTO users VALUES (?, ?) RETURNING id, name, 'a?' AS \"what?\" -- ?";
      expect(await use.database.query(text, given)).toEqual([
        { id: 7, name: "it's ? -- ';DROP TABLE users", "what?": "a?" },
      ]);
    },
  );

  test.skipIf(!isHere)("bytes, fractions and NULL come back as they were", async () => {
    await using stage = newStage();
    const database = stage.open();
    const bytes = database.kind === "postgres" ? "BYTEA" : "BLOB";
    await database.query(`CREATE TABLE things (a ${bytes}, b DOUBLE PRECISION, c TEXT)`);
    const insert = "INSERT INTO things VALUES (?, ?, ?) RETURNING *";
    const params = [new Uint8Array([0, 255]), 0.1, null];
    const [row] = await database.query<{ a: Uint8Array; b: number; c: null }>(insert, params);
    expect({ ...row, a: [...(row?.a ?? [])] }).toEqual({ a: [0, 255], b: 0.1, c: null });
  });

  test
    .skipIf(!isHere)
    .each<[what: string, code: DatabaseErrorCode, text: string, params: readonly Value[]]>([
      ["a second one with a unique name", "constraint", insertUser, [2, "Ann"]],
      ["NULL where it may not be", "constraint", insertUser, [2, null]],
      ["a word that SQL has not", "bad_query", "SELEC 1", []],
      ["a table that is not there", "bad_query", "SELECT * FROM nothing", []],
      ["too few parameters", "bad_query", insertUser, [2]],
      ["too many parameters", "bad_query", "SELECT 1", [2]],
      ["two statements", "bad_query", "SELECT 1; DELETE FROM users", []],
      ["nothing", "bad_query", " ; -- nothing", []],
      ["undefined", "bad_query", insertUser, [2, undefined as unknown as Value]],
    ])(
    "%s is an error with the code %s, and changes nothing",
    async (_what, code, text, params) => {
      await using use = await usersStage();
      await use.database.query(insertUser, [1, "Ann"]);
      const error = await caught(use.database.query(text, params));
      expect([error.code, error.message.startsWith("Cannot run ")]).toEqual([code, true]);
      expect(await namesIn(use.database)).toEqual(["Ann"]);
      expect(use.database.snapshot().inUse).toBe(0);
    },
  );

  test.skipIf(!isHere)(
    "a transaction is done as a whole, and gives what its function gave",
    async () => {
      await using use = await usersStage();
      const result = await use.database.transaction(async (transaction) => {
        await Promise.all([
          transaction.query(insertUser, [1, "Ann"]),
          transaction.query(insertUser, [2, "Bob"]),
        ]);
        return 5;
      });
      expect([result, await namesIn(use.database)]).toEqual([5, ["Ann", "Bob"]]);
    },
  );

  test.skipIf(!isHere)(
    "a transaction whose function fails is undone, and fails with that error",
    async () => {
      await using use = await usersStage();
      const mine = new Error("changed my mind");
      const failing = use.database.transaction(async (transaction) => {
        await transaction.query(insertUser, [1, "Ann"]);
        throw mine;
      });
      expect(await failing.catch((error: unknown) => error)).toBe(mine);
      expect(await namesIn(use.database)).toEqual([]);
    },
  );

  test.skipIf(!isHere)(
    "a transaction with a failed query is undone though nobody looked",
    async () => {
      await using use = await usersStage();
      const failing = use.database.transaction(async (transaction) => {
        await transaction.query(insertUser, [1, "Ann"]);
        await transaction.query(insertUser, [2, "Ann"]).catch(() => {});
        expect(await codeOf(transaction.query(insertUser, [3, "Cat"]))).toBe("constraint");
      });
      expect(await codeOf(failing)).toBe("constraint");
      expect(await namesIn(use.database)).toEqual([]);
    },
  );

  test.skipIf(!isHere)("a rule that is checked at the end undoes all, too", async () => {
    await using use = await usersStage({ pool: { maxOpenConns: 1 } });
    const later = "REFERENCES users DEFERRABLE INITIALLY DEFERRED";
    await use.database.query(`CREATE TABLE notes (user_id INTEGER ${later})`);
    const failing = use.database.transaction((transaction) =>
      transaction.query("INSERT INTO notes VALUES (5)"),
    );
    expect(await codeOf(failing)).toBe("constraint");
    expect(await use.database.query("SELECT user_id FROM notes")).toEqual([]);
    expect(use.database.snapshot()).toMatchObject({ open: 1, lost: 0 });
  });

  test.skipIf(!isHere)(
    "what a transaction's function leaves running belongs to it; later queries do not",
    async () => {
      await using use = await usersStage();
      let late = () => Promise.resolve<unknown>(undefined);
      await use.database.transaction(async (transaction) => {
        void transaction.query(insertUser, [1, "Ann"]);
        late = () => transaction.query(insertUser, [2, "Bob"]);
      });
      expect(await codeOf(late())).toBe("closed");
      expect(await namesIn(use.database)).toEqual(["Ann"]);
    },
  );

  test.skipIf(!isHere)("fifty transactions at once all count", async () => {
    await using use = await usersStage();
    const { database } = use;
    await database.query("CREATE TABLE counter (n INTEGER)");
    await database.query("INSERT INTO counter VALUES (0)");
    const add = async () =>
      database.transaction(async (transaction) => {
        await transaction.query("UPDATE counter SET n = n + 1");
        await transaction.query("SELECT n FROM counter");
      });
    const single = () => database.query("UPDATE counter SET n = n + 1");
    await Promise.all(
      Array.from({ length: 50 }, (_, place) => (place % 5 === 0 ? single() : add())),
    );
    expect(await database.query("SELECT n FROM counter")).toEqual([{ n: 50 }]);
  });

  test.skipIf(!isHere)(
    "no more connections are open than may be, and as many idle as may stay",
    async () => {
      await using use = await usersStage({ pool: { maxOpenConns: 4, maxIdleConns: 2 } });
      const { database } = use;
      const busy = Array.from({ length: 20 }, () => database.query("SELECT id FROM users"));
      expect(database.snapshot()).toMatchObject({ maxOpen: 4, inUse: 4, waiting: 16 });
      await Promise.all(busy);
      const { open, idle, waitCount, waiting } = database.snapshot();
      expect([open <= 2, open === idle, waitCount, waiting]).toEqual([true, true, 16, 0]);
    },
  );

  test.skipIf(!isHere)("who finds the line for a connection full fails at once", async () => {
    await using use = await usersStage({ pool: { maxOpenConns: 1, maxWaiting: 1 } });
    const all = [1, 2, 3].map(() => use.database.query("SELECT id FROM users"));
    expect(await codeOf(all[2]!)).toBe("pool_exhausted");
    expect(await Promise.all(all.slice(0, 2))).toEqual([[], []]);
  });

  test.skipIf(!isHere)(
    "who waits too long for a connection fails, and who has gone waits no more",
    async () => {
      await using use = await usersStage({ pool: { maxOpenConns: 1, maxWaitMs: 20 } });
      const { database } = use;
      const gone = new AbortController();
      await database.transaction(async () => {
        const waiting = database.query("SELECT 1", [], { signal: gone.signal });
        gone.abort();
        expect(await codeOf(waiting)).toBe("aborted");
        expect(await codeOf(database.query("SELECT 1"))).toBe("pool_timeout");
      });
      await database.ping();
    },
  );

  test.skipIf(!isHere)("each query is told of, its parameters are not", async () => {
    const events: QueryEvent[] = [];
    await using use = await usersStage({ onQuery: (event) => events.push(event) });
    await use.database.query(insertUser, [1, "Ann"]);
    await codeOf(use.database.query(insertUser, [1, "secret"]));
    expect(events.map(({ text, error }) => [text, error])).toEqual([
      [createUsers, undefined],
      [insertUser, undefined],
      [insertUser, "constraint"],
    ]);
    expect(events.every(({ durationMs }) => durationMs > 0 && durationMs < 5000)).toBe(true);
  });

  test.skipIf(!isHere)(
    "close waits for what runs, then nothing can be asked; twice is harmless",
    async () => {
      await using use = await usersStage();
      const { database } = use;
      const going = Promise.withResolvers<void>();
      const running = database.transaction(async (transaction) => {
        await going.promise;
        return await transaction.query(`${insertUser} RETURNING name`, [1, "Ann"]);
      });
      await database.ping();
      const closing = database.close({ graceMs: 10_000 });
      expect(await codeOf(database.query("SELECT 1"))).toBe("closed");
      going.resolve();
      expect(await running).toEqual([{ name: "Ann" }]);
      await Promise.all([closing, database.close({ graceMs: 0 })]);
      expect(database.snapshot()).toMatchObject({ open: 0, inUse: 0, idle: 0 });
      const again = use.stage.open();
      expect(await namesIn(again)).toEqual(["Ann"]);
    },
  );

  test.skipIf(!isHere)("a connection that is being opened does not outlive close", async () => {
    await using stage = newStage();
    const database = stage.open();
    const connecting = codeOf(database.ping());
    await database.close({ graceMs: 0 });
    expect(await connecting).toBe("closed");
    expect(database.snapshot()).toMatchObject({ open: 0, idle: 0 });
  });

  test.skipIf(!isHere)(
    "after the grace a transaction that still runs is cut, and undone",
    async () => {
      await using use = await usersStage();
      const { database } = use;
      const [begun, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const running = database.transaction(async (transaction) => {
        await transaction.query(insertUser, [1, "Ann"]);
        begun.resolve();
        await closed.promise;
        await transaction.query(insertUser, [2, "Bob"]);
      });
      await begun.promise;
      await database.close({ graceMs: 5 });
      closed.resolve();
      expect(await codeOf(running)).toBe("closed");
      expect(await namesIn(use.stage.open())).toEqual([]);
    },
  );

  test.skipIf(!isHere)(
    "migrations are applied in order, once, by one of those that start at once",
    async () => {
      await using stage = newStage();
      const migrations = [
        { id: "1", sql: "CREATE TABLE steps (n INTEGER); INSERT INTO steps VALUES (1)" },
        { id: "2", sql: "INSERT INTO steps SELECT n + 1 FROM steps" },
      ];
      const instances = [stage.open(), stage.open(), stage.open()];
      const applied = await Promise.all(instances.map((each) => each.migrate(migrations)));
      expect(applied.flat().sort((a, b) => a.localeCompare(b))).toEqual(["1", "2"]);
      const more = [...migrations, { id: "3", sql: "INSERT INTO steps VALUES (9)" }];
      expect(await stage.open().migrate(more)).toEqual(["3"]);
      const rows = await stage.open().query("SELECT n FROM steps ORDER BY n");
      expect(rows).toEqual([{ n: 1 }, { n: 2 }, { n: 9 }]);
    },
  );

  test.skipIf(!isHere)("a migration that fails leaves nothing behind, and is named", async () => {
    await using stage = newStage();
    const database = stage.open();
    const sql = "CREATE TABLE steps (n INTEGER); INSERT INTO nowhere VALUES (1)";
    const error = await caught(database.migrate([{ id: "first", sql }]));
    expect([error.code, error.message.includes('migration "first"')]).toEqual(["bad_query", true]);
    const mended = [{ id: "first", sql: "CREATE TABLE steps (n INTEGER)" }];
    expect(await database.migrate(mended)).toEqual(["first"]);
    expect(await codeOf(database.migrate([...mended, ...mended]))).toBe("bad_option");
  });
});
