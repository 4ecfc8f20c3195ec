import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteFile, type SqliteFileOptions } from "./open-sqlite-file.ts";
import type { SqliteFileErrorCode } from "./sqlite-file-error.ts";
import { openSynced } from "./synced.ts";

const folder = mkdtempSync(join(tmpdir(), "sqlite-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newPath = (): string => {
  files += 1;
  return join(folder, `${files}.db`);
};

const kind: Omit<SqliteFileOptions, "path"> = {
  applicationId: 0x42_77_00_01,
  version: 2,
  schema: "CREATE TABLE notes (text TEXT NOT NULL) STRICT",
  pageBytes: 4096,
  maxLogBytes: 2 ** 20,
};

const open = (path: string, other: Partial<SqliteFileOptions> = {}) =>
  openSqliteFile({ ...kind, path, ...other });

const notes = "SELECT count(*) FROM notes";

describe("what cannot be opened says why", () => {
  test.each<[what: string, code: SqliteFileErrorCode, says: string, make: (path: string) => void]>([
    ["no file", "unusable", "unable to open", (path) => open(path, { path: join(path, "none") })],
    ["no name", "unusable", "not the name of a file", () => open(":memory:")],
    ["a text", "foreign", "something else", (path) => writeFileSync(path, "Dear diary".repeat(99))],
    [
      "another program's database",
      "foreign",
      "something else",
      (path) => open(path, { applicationId: 7 }).close(),
    ],
    [
      "a newer one",
      "newer",
      "its version is 3, and this program knows 2",
      (path) => open(path, { version: 3 }).close(),
    ],
    ["one that is open", "in_use", "another process has it open", (path) => void open(path)],
    [
      "one whose tables are noise",
      "damaged",
      "it is damaged (",
      (path) => {
        open(path).close();
        writeFileSync(path, readFileSync(path).fill(0xa5, 100, 200));
      },
    ],
  ])("%s", (_what, code, says, make) => {
    const path = newPath();
    const attempt = (): void => {
      make(path);
      open(path);
    };
    expect(attempt).toThrow(expect.objectContaining({ code, name: "SqliteFileError" }));
    expect(attempt).toThrow(says);
  });
});

test("an older one is opened as it is", () => {
  const path = newPath();
  const older = open(path, { version: 1 });
  older.run("INSERT INTO notes VALUES ('kept')");
  older.close();
  const file = open(path);
  expect([file.number(notes), file.number("PRAGMA user_version")]).toEqual([1, 1]);
  file.close();
});

test("a transaction is done whole, or not at all", () => {
  const file = open(newPath());
  const insert = file.prepare<void, [text: string | null]>("INSERT INTO notes VALUES (?)");
  const both = (second: string | null) => () => {
    insert.run("first");
    insert.run(second);
  };
  expect(() => file.transact(both(null))).toThrow("NOT NULL");
  expect(file.number(notes)).toBe(0);
  file.transact(both("second"));
  expect(file.number(notes)).toBe(2);
  file.close();
});

test.each([true, false])("a checkpoint moves what is in the log (synced: %p)", async (isSynced) => {
  const path = newPath();
  const file = open(path);
  const synced = isSynced ? openSynced(path) : undefined;
  await synced?.start(file);
  const insert = file.prepare<void, [text: string]>("INSERT INTO notes VALUES (?)");
  file.transact(() => insert.run("x".repeat(100_000)));
  expect(file.logPages).toBeGreaterThan(20);
  const { size } = statSync(path);
  await file.checkpoint({ synced, move: (run) => run() });
  expect(file.logPages).toBe(0);
  expect(statSync(path).size).toBeGreaterThan(size + 90_000);
  expect(file.number("PRAGMA synchronous")).toBe(isSynced ? 1 : 0);
  file.transact(() => file.run("DELETE FROM notes"));
  expect(file.freePages).toBeGreaterThan(20);
  file.close();
  synced?.close();
});

test("a checkpoint without room leaves all where it is, to be read", async () => {
  const file = open(newPath());
  file.transact(() => file.run("INSERT INTO notes VALUES ('there')"));
  const move = (): void => {};
  await file.checkpoint({ synced: undefined, move });
  expect([file.logPages > 0, file.number(notes)]).toEqual([true, 1]);
  file.close();
});

test("a disk that cannot be synced is told", async () => {
  const file = open(newPath());
  const synced = { fileFd: 1_000_000, logFd: 1_000_000 };
  const failed = await file.checkpoint({ synced, move: (run) => run() }).catch((error) => error);
  expect(failed).toMatchObject({ code: "EBADF" });
  file.close();
});
