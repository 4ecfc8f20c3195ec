import { describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KeeperStage, testMessage } from "@breakwater/message/testing";
import type { SqliteFile, Synced } from "@breakwater/sqlite-file";
import { fileKeeper } from "./file-keeper.ts";
import { openJournalFile } from "./journal-file.ts";
import { JournalFolder, testLimits } from "./testing/journal-folder.ts";

const unavailable = { kind: "dropped", reason: "store_unavailable" } as const;
const nowMs = 1_769_860_800_000;

interface Room {
  readonly stage: KeeperStage;
  readonly file: SqliteFile;
  readonly errors: string[];
  freeBytes: number;
}

/** A journal on a file system that says how much room it has. */
function roomIn(folder: JournalFolder, synced?: Synced): Room {
  const file = openJournalFile(folder.file);
  const errors: string[] = [];
  const room = { file, errors, freeBytes: 2 ** 30 };
  const keeper = fileKeeper({
    file,
    path: folder.file,
    limits: testLimits,
    epochMs: () => nowMs,
    synced,
    freeBytes: () => room.freeBytes,
    onError: (error) => errors.push(String(error)),
    onClosed: () => {},
  });
  return Object.assign(room, { stage: new KeeperStage(keeper) });
}

const large = (id: string) => testMessage({ id, bytes: 50_000 });
const pagesOf = (file: SqliteFile) => file.number("PRAGMA page_count");

describe("when a write fails for want of room", () => {
  test("what is not in the file is dropped, and memory has what the file has", async () => {
    await using folder = new JournalFolder();
    const { stage, file, errors } = roomIn(folder);
    await stage.put(large("1"));
    file.run(`PRAGMA max_page_count = ${pagesOf(file) + 8}`);
    const some = ["2", "3", "4", "2"].map((id) => stage.put(large(id)));
    expect(await Promise.all(some)).toEqual([unavailable, unavailable, unavailable, unavailable]);
    expect(await stage.put(testMessage({ id: "5" }))).toEqual(unavailable);
    expect(errors).toEqual(["SQLiteError: database or disk is full"]);
    expect(stage.keeper.figures).toMatchObject({ queuedMessages: 1, historySize: 1 });
    const copy = await folder.open({ file: folder.copy() });
    expect(copy.figures).toEqual(stage.keeper.figures);
    await stage.connect("bob");
    expect(await stage.idsOf("bob", 1)).toEqual(["1"]);
  });

  test("what was delivered all the same is said to be, and written later", async () => {
    await using folder = new JournalFolder();
    const { stage, file } = roomIn(folder);
    await stage.connect("bob");
    stage.onArrival = (id, message) => stage.keeper.settle(id, [message]);
    file.run(`PRAGMA max_page_count = ${pagesOf(file)}`);
    const [direct, toAll] = [large("1"), testMessage({ id: "2", to: null })];
    const outcomes = Promise.all([stage.put(direct), stage.put(toAll)]);
    expect(await outcomes).toEqual([{ kind: "kept" }, unavailable]);
    file.run("PRAGMA max_page_count = 100000");
    stage.keeper.sweep(nowMs);
    expect(await stage.put(testMessage({ id: "3" }))).toEqual({ kind: "kept" });
    const copy = await folder.open({ file: folder.copy() });
    const history = await copy.history({ limit: 9, viewer: "all" });
    expect(history.map(({ message }) => message.envelope.id)).toEqual(["1", "3"]);
  });

  test("it goes on when there is room again, and says so when there is none anew", async () => {
    await using folder = new JournalFolder();
    const { stage, file, errors } = roomIn(folder);
    for (const told of [1, 2]) {
      file.run(`PRAGMA max_page_count = ${pagesOf(file)}`);
      expect(await stage.put(large(`${told}`))).toEqual(unavailable);
      stage.keeper.sweep(nowMs);
      expect(await stage.put(large(`${told}`))).toEqual(unavailable);
      expect(errors).toHaveLength(told);
      file.run("PRAGMA max_page_count = 100000");
      stage.keeper.sweep(nowMs);
      expect(await stage.put(large(`${told}`))).toEqual({ kind: "kept" });
    }
  });

  test("an id is bound in memory, and in the file when there is room", async () => {
    await using folder = new JournalFolder();
    const { stage, file } = roomIn(folder);
    file.run("PRAGMA query_only = ON");
    expect(await stage.claim("bob", "hash")).toEqual({ kind: "claimed", replaces: false });
    expect(await stage.claim("bob", "other")).toEqual({ kind: "bad_token" });
    file.run("PRAGMA query_only = OFF");
    stage.keeper.sweep(nowMs);
    await stage.claim("cy");
    const after = await folder.stage({ file: folder.copy() });
    expect(await after.claim("bob", "other")).toEqual({ kind: "bad_token" });
  });
});

describe("when little room is left", () => {
  test("messages are dropped before the disk is full, and what is delivered still goes", async () => {
    await using folder = new JournalFolder();
    const room = roomIn(folder);
    const { stage, errors } = room;
    await stage.put(testMessage({ id: "1" }));
    await stage.put(testMessage({ id: "2" }));
    room.freeBytes = 1000;
    stage.keeper.sweep(nowMs);
    await stage.connect("bob");
    expect(await stage.put(testMessage({ id: "3" }))).toEqual(unavailable);
    expect(errors).toEqual([
      "Error: The message journal has no room: its file system has 1000 bytes left",
    ]);
    stage.keeper.settle("bob", [stage.arrivals[0]!.message]);
    stage.keeper.sweep(nowMs);
    await stage.claim("cy");
    const after = await folder.stage({ file: folder.copy() });
    await after.connect("bob");
    expect(await after.idsOf("bob", 1)).toEqual(["2"]);
  });
});

describe("a disk that does not keep up, or fails to sync", () => {
  test("has no more waiting for it than all mailboxes may have", async () => {
    await using folder = new JournalFolder();
    const limits = { ...testLimits, maxTotalBytes: 2500 };
    const stage = await folder.stage({ limits });
    const toAll = (id: number) => stage.put(testMessage({ id: `${id}`, to: null, bytes: 1000 }));
    const published = { kind: "published", recipients: 0 } as const;
    expect(await Promise.all([1, 2, 3].map(toAll))).toEqual([published, published, unavailable]);
    expect(await toAll(4)).toEqual(published);
  });

  test("is told, and nothing is said to be kept any more", async () => {
    await using folder = new JournalFolder();
    const { stage, errors } = roomIn(folder, { fileFd: 1_000_000, logFd: 1_000_000 });
    expect(await stage.put(testMessage({ id: "1" }))).toEqual(unavailable);
    stage.keeper.sweep(nowMs);
    expect(await stage.put(testMessage({ id: "1" }))).toEqual(unavailable);
    expect(errors).toHaveLength(1);
    expect(stage.keeper.figures).toMatchObject({ queuedMessages: 0, historySize: 0 });
  });
});

const isMountable = canMount();

test.skipIf(!isMountable)(
  "on a disk that is full (needs the right to mount) nothing acknowledged is lost",
  async () => {
    await using folder = new JournalFolder();
    const disk = join(folder.path, "disk");
    mkdirSync(disk);
    Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", disk]);
    try {
      await fillAndDrain(folder, disk);
    } finally {
      await folder.close();
      Bun.spawnSync(["umount", "-l", disk]);
    }
  },
);

async function fillAndDrain(folder: JournalFolder, disk: string): Promise<void> {
  const stage = await folder.stage({ file: join(disk, "messages.db") });
  const kept: string[] = [];
  const put = async (id: string) => {
    if ((await stage.put(large(id))).kind === "kept") kept.push(id);
  };
  for (let id = 0; id < 400; id += 1) await put(`${id}`);
  expect(kept.length).toBeGreaterThan(50);
  expect(kept.length).toBeLessThan(400);
  expect(folder.errors).toHaveLength(1);
  // Somebody else takes the rest.
  const other = join(disk, "other");
  expect(() => writeFileSync(other, new Uint8Array(12 * 2 ** 20))).toThrow();
  await stage.connect("bob");
  expect(await stage.idsOf("bob", kept.length)).toEqual(kept);
  const [first, ...rest] = stage.arrivals.map(({ message }) => message);
  stage.keeper.settle("bob", [first!]);
  stage.keeper.sweep(nowMs);
  await stage.claim("cy");
  rmSync(other);
  const delivered = 60;
  stage.keeper.settle("bob", rest.slice(0, delivered));
  for (const id of ["dan", "eve"]) {
    stage.keeper.sweep(nowMs);
    await stage.claim(id);
  }
  expect(await stage.put(testMessage({ id: "after" }))).toEqual({ kind: "kept" });
  await folder.close();
  const after = await folder.stage({ file: join(disk, "messages.db") });
  await after.connect("bob");
  expect(await after.idsOf("bob", 1)).toEqual([...kept.slice(1 + delivered), "after"]);
}

function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const mounted = Bun.spawnSync(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);
  return mounted.exitCode === 0;
}
