import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { type KeeperStage, testMessage } from "@breakwater/message/testing";
import { JournalFolder, testLimits } from "./testing/journal-folder.ts";

const startMs = 1_769_860_800_000;

describe("after a restart", () => {
  test("what waits is there in order, and the history at the same places", async () => {
    await using folder = new JournalFolder();
    const text = 'ключ \u{1f600} \u0000 "quoted"\n';
    const before = await folder.stage();
    for (const id of ["1", "2"]) await before.put(testMessage({ id, context: text }));
    await before.put(testMessage({ id: "3", to: null, trace: text }));
    await before.put(testMessage({ id: "4", to: "cy" }));
    const history = await before.keeper.history({ limit: 9, viewer: "all" });
    const { figures } = before.keeper;
    await folder.close();
    const after = await folder.stage({ durability: "sync" });
    expect(after.keeper.figures).toEqual(figures);
    await after.connect("bob");
    expect(await after.idsOf("bob", 2)).toEqual(["1", "2"]);
    expect(after.arrivals[0]?.message.envelope.context).toBe(text);
    expect(await after.keeper.history({ limit: 9, viewer: "all" })).toEqual(history);
  });

  test("dead letters and claims are there; what is too old goes at the first sweep", async () => {
    await using folder = new JournalFolder();
    const before = await folder.stage();
    await before.connect("bob", "hash");
    await before.put(testMessage({ id: "1" }));
    before.keeper.bury("bob", before.arrivals[0]!.message, "unacknowledged");
    await before.put(testMessage({ id: "2", to: "cy" }));
    before.keeper.release("bob");
    await folder.close();
    const after = await folder.stage();
    expect(await after.claim("bob", "other")).toEqual({ kind: "bad_token" });
    after.keeper.sweep(startMs + testLimits.queueTtlMs);
    const letters = await after.keeper.deadLetters(9);
    expect(letters.map(({ message, reason }) => [message.envelope.id, reason])).toEqual([
      ["2", "expired"],
      ["1", "unacknowledged"],
    ]);
    await after.put(testMessage({ id: "3" }));
    after.keeper.sweep(startMs + testLimits.claimTtlMs + 1);
    await folder.close();
    const last = await folder.stage();
    expect(await last.claim("bob", "other")).toEqual({ kind: "claimed", replaces: false });
    expect(last.keeper.figures).toMatchObject({ queuedMessages: 0, deadLetters: 3 });
  });

  test("shorter limits hold for history and dead letters, not for what waits", async () => {
    await using folder = new JournalFolder();
    const before = await folder.stage();
    for (const id of ["1", "2", "3"]) await before.put(testMessage({ id }));
    await folder.close();
    const limits = { ...testLimits, maxHistory: 1, maxQueue: 1 };
    const after = await folder.stage({ limits });
    expect(after.keeper.figures).toMatchObject({ queuedMessages: 3, historySize: 1 });
    await after.connect("bob");
    expect(await after.idsOf("bob", 3)).toEqual(["1", "2", "3"]);
  });
});

test("a closed journal refuses what comes, and may be closed again", async () => {
  await using folder = new JournalFolder();
  const stage = await folder.stage();
  const first = stage.put(testMessage({ id: "1" }));
  await folder.close();
  await folder.close();
  expect(await first).toEqual({ kind: "kept" });
  const late = await stage.put(testMessage({ id: "2" }));
  expect(late).toEqual({ kind: "dropped", reason: "store_unavailable" });
  stage.keeper.sweep(startMs);
  expect((await folder.open()).figures.queuedMessages).toBe(1);
});

test("outcomes are told in the order of the messages, after they are in the file", async () => {
  await using folder = new JournalFolder();
  const stage = await folder.stage({ limits: { ...testLimits, maxQueue: 2 } });
  const told: [string, string, number][] = [];
  const put = (id: string) => {
    const message = testMessage({ id });
    return new Promise<void>((resolve) => {
      stage.keeper.put(message, ({ kind }) => {
        told.push([id, kind, rowsIn(folder.copy())]);
        resolve();
      });
    });
  };
  await Promise.all(["1", "1", "2", "3"].map(put));
  expect(told).toEqual([
    ["1", "kept", 2],
    ["1", "duplicate", 2],
    ["2", "kept", 2],
    ["3", "dropped", 2],
  ]);
});

describe("the file", () => {
  const limits = { ...testLimits, maxHistory: 50 };

  test("has no row of what was delivered at once and has left the history", async () => {
    await using folder = new JournalFolder();
    const stage = await folder.stage({ limits });
    await stage.connect("bob");
    stage.onArrival = (id, message) => stage.keeper.settle(id, [message]);
    await putMany(stage, { count: 5000 });
    await folder.close();
    expect(rowsIn(folder.file)).toBe(50);
    expect((await folder.open({ limits })).figures.historySize).toBe(50);
  });

  test("lets go of what has left the history, many at a time", async () => {
    await using folder = new JournalFolder();
    const stage = await folder.stage({ limits });
    await stage.connect("bob");
    stage.onArrival = (id, message) => stage.keeper.settle(id, [message]);
    await putMany(stage, { count: 2000, perTurn: 10 });
    expect(rowsIn(folder.copy())).toBeWithin(50, 50 + 500);
    await putMany(stage, { count: 400, perTurn: 10, bytes: 30_000, prefix: "large" });
    expect(rowsIn(folder.copy())).toBeWithin(30, 90);
  });

  test("has rows of what waits and of the history, however many there were", async () => {
    await using folder = new JournalFolder();
    const stage = await folder.stage({ limits });
    await putMany(stage, { count: 3000, perTurn: 100 });
    await stage.connect("bob");
    const arrivals = stage.arrivals.map(({ message }) => message);
    stage.keeper.settle("bob", arrivals.slice(0, 1000).concat(arrivals.slice(1500)));
    await folder.close();
    expect(rowsIn(folder.file)).toBeLessThan(550 + 500);
    const after = await folder.stage({ limits });
    await after.connect("bob");
    expect(rowsIn(folder.copy())).toBe(550);
    const waiting = Array.from({ length: 500 }, (_, n) => `${1000 + n}`);
    expect(await after.idsOf("bob", 500)).toEqual(waiting);
  });

  test("grows with what waits, and shrinks again when that is delivered", async () => {
    await using folder = new JournalFolder();
    const stage = await folder.stage({ limits });
    const sizes = () => [folder.file, `${folder.file}-wal`].map((path) => statSync(path).size);
    await putMany(stage, { count: 1500, perTurn: 50, bytes: 20_000 });
    const [full, log] = sizes() as [number, number];
    expect(full).toBeGreaterThan(20_000_000);
    expect(log).toBeLessThan(20_000_000);
    await stage.connect("bob");
    stage.keeper.settle(
      "bob",
      stage.arrivals.map(({ message }) => message),
    );
    for (let second = 0; second < 20; second += 1) {
      stage.keeper.sweep(startMs);
      await stage.put(testMessage({ id: `after ${second}` }));
    }
    await folder.close();
    expect(statSync(folder.file).size).toBeLessThan(full / 2);
  });
});

interface Many {
  readonly count: number;
  readonly perTurn?: number;
  readonly bytes?: number;
  /** Of the ids. */
  readonly prefix?: string;
}

async function putMany(stage: KeeperStage, many: Many): Promise<void> {
  const { count, perTurn = count, prefix = "", ...fields } = many;
  for (let from = 0; from < count; from += perTurn) {
    const ids = Array.from({ length: perTurn }, (_, n) => `${prefix}${from + n}`);
    await Promise.all(ids.map((id) => stage.put(testMessage({ id, ...fields }))));
  }
}

/** Messages in a file that nobody has open. */
function rowsIn(path: string): number {
  using database = new Database(path);
  return Number(database.prepare("SELECT count(*) FROM messages").values()[0]?.[0]);
}
