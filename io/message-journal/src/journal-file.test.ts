import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { testMessage } from "@breakwater/message/testing";
import { MessageJournalError } from "./message-journal-error.ts";
import { JournalFolder } from "./testing/journal-folder.ts";

/** A journal of many pages, changed behind its back. */
async function spoil(folder: JournalFolder, change: (bytes: Buffer) => void): Promise<void> {
  const journal = await folder.open();
  for (let id = 0; id < 100; id += 1) {
    await new Promise((resolve) => journal.put(testMessage({ id: `${id}`, bytes: 2000 }), resolve));
  }
  await journal.close();
  const bytes = readFileSync(folder.file);
  change(bytes);
  writeFileSync(folder.file, bytes);
}

async function replace(folder: JournalFolder, make: (path: string) => void): Promise<void> {
  mkdirSync(dirname(folder.file));
  make(folder.file);
}

const run = (sql: string) => (path: string) => {
  using database = new Database(path, { create: true });
  database.run(sql);
};

const cases: readonly [
  what: string,
  code: string,
  says: string,
  make: (folder: JournalFolder) => Promise<void>,
][] = [
  [
    "a text",
    "foreign_file",
    "the file is something else; name another one",
    (folder) => replace(folder, (path) => writeFileSync(path, "Dear diary\n".repeat(100))),
  ],
  [
    "another program's database",
    "foreign_file",
    "the file is something else; name another one",
    (folder) => replace(folder, run("CREATE TABLE diary (day TEXT)")),
  ],
  [
    "a newer journal",
    "newer_file",
    "its version is 7, and this program knows 1; use the program that wrote it, or a newer one",
    async (folder) => {
      await (await folder.open()).close();
      run("PRAGMA user_version = 7")(folder.file);
    },
  ],
  [
    "a folder",
    "file_unusable",
    "name a file that can be written to",
    (folder) => replace(folder, mkdirSync),
  ],
  [
    "a journal with a changed message",
    "damaged_file",
    "it is damaged (a message is not as it was written)",
    (folder) => spoil(folder, (bytes) => bytes.fill("y", bytes.lastIndexOf("xxx"))),
  ],
  [
    "a journal with a page of noise",
    "damaged_file",
    "it is damaged",
    (folder) => spoil(folder, (bytes) => bytes.fill(0xa5, 8192 * 8, 8192 * 20)),
  ],
  [
    "a journal without its end",
    "damaged_file",
    "it is damaged",
    (folder) => spoil(folder, (bytes) => bytes.fill(0, bytes.length / 2)),
  ],
];

describe("what is no journal that can be opened", () => {
  const refusal = async (folder: JournalFolder): Promise<MessageJournalError> => {
    const error = await folder.open().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(MessageJournalError);
    return error as MessageJournalError;
  };

  test.each(cases)("%s is refused in a sentence", async (_what, code, says, make) => {
    await using folder = new JournalFolder();
    await make(folder);
    const { code: told, message } = await refusal(folder);
    expect(told).toBe(code as MessageJournalError["code"]);
    expect(message).toStartWith(`Cannot open the journal ${folder.file}: `);
    expect(message).toContain(says);
    expect(message).not.toEndWith(".");
  });

  test.each([":memory:", ""])("no file has the name %p", async (file) => {
    await using folder = new JournalFolder();
    const opened = folder.open({ file });
    await expect(opened).rejects.toMatchObject({ code: "file_unusable" });
    expect(existsSync(":memory:")).toBe(false);
  });

  test("one that is open is refused to a second, here or in another process", async () => {
    await using folder = new JournalFolder();
    const journal = await folder.open();
    expect((await refusal(folder)).message).toContain("another process has it open");
    const command = [
      "-e",
      `(await import("${import.meta.dir}/open-journal.ts")).openJournal({
      file: ${JSON.stringify(folder.file)}, limits: { maxHistory: 1 }, epochMs: () => 0,
      durability: "commit", onError() {} }).catch(({ code }) => console.log(code))`,
    ];
    const child = Bun.spawnSync([process.execPath, ...command]);
    expect(child.stdout.toString()).toBe("file_in_use\n");
    await journal.close();
    expect((await folder.open()).figures.queuedMessages).toBe(0);
  });
});
