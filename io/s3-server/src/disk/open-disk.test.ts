import { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3ServerError } from "../s3-server-error.ts";
import {
  bytesOf,
  complete,
  objectOf,
  put,
  putPart,
  read,
  startUpload,
} from "../testing/disk-calls.ts";
import { testDisk } from "../testing/disk-contract.ts";
import type { Disk } from "./disk.ts";
import { type DiskOptions, openDisk } from "./open-disk.ts";
import { contentFiles, until } from "./testing/content-folder.ts";

const root = mkdtempSync(join(tmpdir(), "bw-disk-"));
afterAll(() => rmSync(root, { recursive: true }));

const newFolder = (): string => mkdtempSync(join(root, "store-"));
const bucket = "b";
const large = bytesOf(300_000, 1);

function open(folder: string, options: Partial<DiskOptions> = {}): Promise<Disk> {
  return openDisk({ folder, durability: "none", newId: () => crypto.randomUUID(), ...options });
}

async function openWithBucket(folder: string): Promise<Disk> {
  const disk = await open(folder);
  await disk.createBucket(bucket, 1);
  return disk;
}

testDisk("a disk in a folder that syncs nothing", () => open(newFolder()));
testDisk("a disk in a folder that syncs all", () => open(newFolder(), { durability: "strict" }));

describe("a folder that was closed", () => {
  test("has all that was in it", async () => {
    const folder = newFolder();
    const [key, tags] = ["ключ/\u{1f600}", [{ key: "t", value: "v" }]];
    const rule = {
      ...{ id: "r", allowedOrigins: ["*"], allowedMethods: ["GET"], allowedHeaders: [] },
      ...{ exposeHeaders: [], maxAgeS: 5 },
    };
    const before = await openWithBucket(folder);
    await before.setCors(bucket, [rule]);
    await put(before, { bucket, key, bytes: large });
    await put(before, { bucket, key: "small", bytes: bytesOf(99, 2) });
    await before.setTags({ bucket, key }, tags);
    const uploadId = await startUpload(before, { bucket, key: "up" });
    await putPart(before, uploadId, { partNumber: 2, bytes: large });
    await before[Symbol.asyncDispose]();
    await using after = await open(folder, { durability: "object" });
    expect(after.bucket(bucket)).toMatchObject({ createdMs: 1, cors: [rule] });
    expect(after.object({ bucket, key })).toMatchObject({ tags, bytes: 300_000 });
    expect(await read(after, { bucket, key })).toEqual(large);
    await put(after, { bucket, key: "other", bytes: bytesOf(77, 3) });
    expect(await read(after, { bucket, key: "small" })).toEqual(bytesOf(99, 2));
    await putPart(after, uploadId, { partNumber: 1, bytes: bytesOf(5, 5) });
    await complete(after, { bucket, key: "up", uploadId, partNumbers: [1, 2] });
    expect(after.object({ bucket, key: "up" })?.partBytes).toEqual([5, 300_000]);
  });

  test("takes no more changes", async () => {
    const disk = await openWithBucket(newFolder());
    await disk[Symbol.asyncDispose]();
    await disk[Symbol.asyncDispose]();
    const late = disk.createBucket("c", 1);
    await expect(late).rejects.toMatchObject({ code: "ServiceUnavailable" });
  });
});

describe("the files of a folder", () => {
  test("go when their objects are replaced or deleted, and when a writer gives up", async () => {
    const folder = newFolder();
    await using disk = await openWithBucket(folder);
    await put(disk, { bucket, key: "k", bytes: large });
    await put(disk, { bucket, key: "k", bytes: bytesOf(400_000, 2) });
    await until(() => contentFiles(folder).length === 1);
    const given = disk.write(3_000_000);
    given.write(bytesOf(2_900_000, 3));
    await until(() => contentFiles(folder).length === 2);
    given.discard();
    await until(() => contentFiles(folder).length === 1);
    await disk.deleteObjects(bucket, ["k"]);
    await until(() => contentFiles(folder).length === 0);
  });

  test("go with an upload that is aborted, replaced or whose bucket is deleted", async () => {
    const folder = newFolder();
    await using disk = await openWithBucket(folder);
    const place = { bucket, key: "k" };
    const [first, second] = [await startUpload(disk, place), await startUpload(disk, place)];
    for (const partNumber of [1, 2, 3]) await putPart(disk, first, { partNumber, bytes: large });
    await putPart(disk, first, { partNumber: 1, bytes: large });
    await putPart(disk, second, { partNumber: 1, bytes: large });
    await until(() => contentFiles(folder).length === 4);
    await complete(disk, { ...place, uploadId: first, partNumbers: [1, 3] });
    await until(() => contentFiles(folder).length === 3);
    await disk.deleteObject(place, () => {});
    await until(() => contentFiles(folder).length === 1);
    await disk.deleteBucket(bucket);
    await until(() => contentFiles(folder).length === 0);
  });

  test("have names that say nothing of keys", async () => {
    const folder = newFolder();
    await using disk = await openWithBucket(folder);
    const keys = ["../../etc/passwd", "/abs", "a\0b", "..", ".", "k".repeat(1024), "con:\\\\x"];
    for (const key of keys) await put(disk, { bucket, key, bytes: large });
    expect(contentFiles(folder)).toHaveLength(keys.length);
    for (const name of contentFiles(folder)) expect(name).toMatch(/^[0-9a-f]{2}\/[0-9a-f-]{36}$/);
    for (const key of keys) expect(await read(disk, { bucket, key })).toEqual(large);
  });

  test("are linked by a copy, not written again", async () => {
    const folder = newFolder();
    await using disk = await openWithBucket(folder);
    const { content } = await put(disk, { bucket, key: "k", bytes: large });
    const copy = await disk.duplicate(content, { first: 0, last: large.length - 1 });
    await disk.putObject(
      objectOf({ bucket, key: "copy", bytes: large.length, content: copy }),
      () => {},
    );
    const links = contentFiles(folder).map((name) => statSync(join(folder, "data", name)).nlink);
    expect(links).toEqual([2, 2]);
  });

  test("that nobody refers to after a crash are removed", async () => {
    const [folder, copy] = [newFolder(), newFolder()];
    await using disk = await openWithBucket(folder);
    await put(disk, { bucket, key: "k", bytes: large });
    const writer = disk.write(large.length);
    writer.write(large);
    await writer.finish();
    // What a crash would leave: the folder as it is while it is open.
    cpSync(folder, copy, { recursive: true });
    const swept = Promise.withResolvers<number>();
    await using after = await open(copy, { onSwept: swept.resolve });
    expect(await swept.promise).toBe(1);
    await until(() => contentFiles(copy).length === 1);
    expect(await read(after, { bucket, key: "k" })).toEqual(large);
  });

  test("give the room of small contents back, too", async () => {
    const folder = newFolder();
    await using disk = await openWithBucket(folder);
    const keys = Array.from({ length: 500 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key) => put(disk, { bucket, key, bytes: bytesOf(100_000, 1) })));
    const sizeNow = () => statSync(join(folder, "index.db")).size;
    expect(sizeNow()).toBeGreaterThan(40_000_000);
    await disk.deleteObjects(bucket, keys);
    let count = 0;
    while (sizeNow() > 40_000_000 && count < 200) {
      count += 1;
      await put(disk, { bucket, key: "again", bytes: bytesOf(120_000, count) });
    }
    await until(() => sizeNow() < 40_000_000);
  });
});

describe("a folder is refused in one sentence", () => {
  const caught = async (folder: string): Promise<S3ServerError> => {
    const error = await thrownBy(open(folder));
    expect(error).toBeInstanceOf(S3ServerError);
    return error as S3ServerError;
  };

  test("while another has it open", async () => {
    const folder = newFolder();
    await using disk = await openWithBucket(folder);
    const { code, message } = await caught(folder);
    expect(code).toBe("folder_in_use");
    expect(message).toContain("another process has it open; stop that, or name another folder");
    expect(await disk.createBucket("c", 1)).toBe(true);
    expect((await caught(folder)).code).toBe("folder_in_use");
  });

  test("when it holds other things", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "holiday.jpg"), "x");
    const { code, message } = await caught(folder);
    expect(code).toBe("foreign_folder");
    expect(message).toContain("it holds other things, such as holiday.jpg");
  });

  test.each([
    ["is text", (path: string) => writeFileSync(path, "text ".repeat(1000))],
    ["is of another program", (path: string) => runOn(path, "CREATE TABLE theirs (a)")],
  ])("when its index %s", async (_, spoil) => {
    const folder = newFolder();
    spoil(join(folder, "index.db"));
    expect((await caught(folder)).code).toBe("foreign_folder");
  });

  test("when a newer program wrote it", async () => {
    const folder = newFolder();
    await (await openWithBucket(folder))[Symbol.asyncDispose]();
    runOn(join(folder, "index.db"), "PRAGMA user_version = 99");
    const { code, message } = await caught(folder);
    expect(code).toBe("newer_folder");
    expect(message).toContain("its version is 99, and this program knows 1");
  });

  test("when its path is a file's", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "file"), "x");
    expect((await caught(join(folder, "file", "store"))).code).toBe("folder_unusable");
  });

  test.skipIf(!canMount())("when it cannot be written to (where mounting is allowed)", async () => {
    const folder = newFolder();
    using _mount = mount(folder, "size=4m,ro");
    expect((await caught(folder)).code).toBe("folder_unusable");
  });
});

describe("a disk that is full", () => {
  const title = "refuses what has no room, loses nothing, and takes deletions";

  test.skipIf(!canMount())(`${title} (where mounting is allowed)`, async () => {
    const folder = newFolder();
    using _mount = mount(folder, "size=6m");
    const disk = await openWithBucket(folder);
    const filled = { file: await fill(disk, "large", 300_000), row: await fill(disk, "row", 5000) };
    expect(filled.file.length).toBeGreaterThan(5);
    await until(() => contentFiles(folder).length === filled.file.length);
    const tooLarge = disk.write(50_000_000);
    while (tooLarge.write(large)) await Promise.resolve();
    await new Promise<void>((resolve) => tooLarge.onDrain(resolve));
    for (let sent = 3_000_000; sent < 50_000_000; sent += large.length) tooLarge.write(large);
    await expect(tooLarge.finish()).rejects.toMatchObject({ code: "StorageFull" });
    await checkAll(disk, filled);
    await disk[Symbol.asyncDispose]();
    await using again = await open(folder);
    await checkAll(again, filled);
    for (const key of filled.file.splice(0, 3)) await again.deleteObject({ bucket, key }, () => {});
    await until(() => contentFiles(folder).length === filled.file.length);
    filled.file.push(...(await fill(again, "more", 300_000)));
    await checkAll(again, filled);
    expect(filled.file.at(-1)).toStartWith("more");
  });

  test.skipIf(!canMount())(
    "takes deletions, and then more, however much of it is the index (where mounting is allowed)",
    async () => {
      const folder = newFolder();
      using _mount = mount(folder, "size=24m");
      await using disk = await openWithBucket(folder);
      const keys = await fill(disk, "row", 60_000);
      expect(keys.length).toBeGreaterThan(200);
      for (const key of keys.slice(0, 50)) await disk.deleteObject({ bucket, key }, () => {});
      expect((await fill(disk, "more", 60_000)).length).toBeGreaterThan(20);
      expect(await disk.deleteObjects(bucket, keys)).toBe(keys.length - 50);
    },
  );

  /** Puts objects of so many bytes until there is no room, and says which there are. */
  async function fill(disk: Disk, prefix: string, size: number): Promise<string[]> {
    const keys: string[] = [];
    let error: unknown;
    while (error === undefined) {
      const key = `${prefix}-${keys.length}`;
      error = await thrownBy(put(disk, { bucket, key, bytes: bytesOf(size, size) }));
      keys.push(key);
    }
    expect(error).toMatchObject({ code: "StorageFull" });
    return keys.slice(0, -1);
  }

  async function checkAll(
    disk: Disk,
    { file, row }: { readonly file: readonly string[]; readonly row: readonly string[] },
  ): Promise<void> {
    for (const key of file)
      expect(await read(disk, { bucket, key })).toEqual(bytesOf(300_000, 300_000));
    for (const key of row) expect(await read(disk, { bucket, key })).toEqual(bytesOf(5000, 5000));
  }
});

async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function runOn(path: string, statement: string): void {
  using index = new Database(path);
  index.run(statement);
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "bw-mount-"));
  try {
    mount(folder, "size=4k")[Symbol.dispose]();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A small file system of its own. */
function mount(folder: string, options: string): Disposable {
  mkdirSync(folder, { recursive: true });
  run(["mount", "-t", "tmpfs", "-o", options, "bw-test", folder]);
  return { [Symbol.dispose]: () => run(["umount", "-l", folder]) };
}

function run(command: string[]): void {
  const { success, stderr } = Bun.spawnSync(command, { stderr: "pipe" });
  if (!success) throw new Error(`${command.join(" ")}: ${stderr}`);
}
