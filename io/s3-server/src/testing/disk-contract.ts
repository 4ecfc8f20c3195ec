import { describe, expect, test } from "bun:test";
import { compareKeys, listPage, S3Error } from "@breakwater/s3";
import fc from "fast-check";
import type { Disk } from "../disk/disk.ts";
import {
  bytesOf,
  complete,
  drain,
  metadata,
  objectOf,
  partOf,
  put,
  putPart,
  read,
  startUpload,
} from "./disk-calls.ts";

/** What holds for every Disk. `open` gives one with nothing in it. */
export function testDisk(name: string, open: () => Promise<Disk>): void {
  describe(name, () => {
    testBuckets(open);
    testContents(open);
    testListing(open);
    testChanges(open);
    testUploads(open);
    testCopies(open);
  });
}

type Open = () => Promise<Disk>;

const bucket = "photos";

async function openWithBucket(open: Open): Promise<Disk> {
  const disk = await open();
  await disk.createBucket(bucket, 1000);
  return disk;
}

function testBuckets(open: Open): void {
  test("a bucket is made once", async () => {
    await using disk = await open();
    expect(await disk.createBucket("b", 5)).toBe(true);
    expect(await disk.createBucket("b", 6)).toBe(false);
    expect(disk.bucket("b")).toMatchObject({ name: "b", createdMs: 5, cors: [] });
    expect(disk.bucket("c")).toBeUndefined();
  });

  test("buckets come in the order of their names", async () => {
    await using disk = await open();
    for (const name of ["b2", "a", "b1"]) await disk.createBucket(name, 1);
    expect(disk.buckets().map((one) => one.name)).toEqual(["a", "b1", "b2"]);
  });

  test("a bucket is deleted when no object is in it, with its uploads", async () => {
    await using disk = await openWithBucket(open);
    const place = { bucket, key: "k" };
    await put(disk, { ...place, bytes: bytesOf(10, 1) });
    const uploadId = await startUpload(disk, place);
    expect(await disk.deleteBucket("other")).toBe("absent");
    expect(await disk.deleteBucket(bucket)).toBe("not empty");
    await disk.deleteObject(place, () => {});
    expect(await disk.deleteBucket(bucket)).toBe("deleted");
    expect(disk.bucket(bucket)).toBeUndefined();
    await disk.createBucket(bucket, 2);
    expect(disk.upload(place, uploadId)).toBeUndefined();
    expect([...disk.uploads(bucket)]).toEqual([]);
    expect(disk.parts(uploadId)).toEqual([]);
  });

  test("a bucket keeps its CORS rules until they are taken away", async () => {
    await using disk = await openWithBucket(open);
    const rule = {
      ...{ id: "r", allowedOrigins: ["*"], allowedMethods: ["GET"], allowedHeaders: [] },
      ...{ exposeHeaders: ["etag"], maxAgeS: 5 },
    };
    await disk.setCors(bucket, [rule]);
    expect(disk.bucket(bucket)?.cors).toEqual([rule]);
    await disk.setCors(bucket, undefined);
    expect(disk.bucket(bucket)?.cors).toEqual([]);
  });
}

/** Around the sizes where a disk goes about it in another way. */
const sizes = [0, 1, 1000, 131_072, 131_073, 262_144, 262_145, 3_000_001];

function testContents(open: Open): void {
  test.each(sizes)("%d bytes come back as they were put, whole and in part", async (size) => {
    await using disk = await openWithBucket(open);
    const bytes = bytesOf(size, size);
    const stored = await put(disk, { bucket, key: "k", bytes });
    expect(stored).toMatchObject({ key: "k", bytes: size, etag: "e1", modifiedMs: 1, metadata });
    expect(stored.partBytes).toBeUndefined();
    expect(disk.object({ bucket, key: "k" })).toMatchObject({ bytes: size, metadata, tags: [] });
    expect(await read(disk, { bucket, key: "k" })).toEqual(bytes);
    const stretch = { first: Math.floor(size / 3), last: Math.floor(size / 2) - 1 };
    const part = bytes.slice(stretch.first, stretch.last + 1);
    expect(await read(disk, { bucket, key: "k" }, stretch)).toEqual(part);
  });

  test("an object that is replaced or deleted is read to its end", async () => {
    await using disk = await openWithBucket(open);
    const place = { bucket, key: "k" };
    const bytes = bytesOf(3_000_000, 1);
    const first = await put(disk, { ...place, bytes });
    using slow = disk.read(first.content, { first: 0, last: 2_999_999 });
    const begin = await slow.next();
    const second = await put(disk, { ...place, bytes: bytesOf(2_000_000, 2) });
    using slower = disk.read(second.content, { first: 0, last: 1_999_999 });
    await disk.deleteObject(place, () => {});
    expect(disk.object(place)).toBeUndefined();
    expect(joined([begin!, await drain(slow)])).toEqual(bytes);
    expect(await drain(slower)).toEqual(bytesOf(2_000_000, 2));
  });

  test.each([10, 3_000_000])("%d bytes of which one is missing are not finished", async (size) => {
    await using disk = await openWithBucket(open);
    const writer = disk.write(size);
    writer.write(bytesOf(size - 1, 1));
    await expect(writer.finish()).rejects.toThrow(Error);
    writer.discard();
    writer.discard();
  });

  test.each([10, 200_000, 3_000_000])("%d written bytes are copied", async (size) => {
    await using disk = await openWithBucket(open);
    const bytes = bytesOf(size, 1);
    const writer = disk.write(size);
    const lent = new Uint8Array(bytes);
    writer.write(lent);
    lent.fill(0);
    const content = await writer.finish();
    await disk.putObject(objectOf({ bucket, key: "k", bytes: size, content }), () => {});
    expect(await read(disk, { bucket, key: "k" })).toEqual(bytes);
  });

  test("what was put is not forgotten by its writer", async () => {
    await using disk = await openWithBucket(open);
    const bytes = bytesOf(300_000, 1);
    const writer = disk.write(bytes.length);
    writer.write(bytes);
    const content = await writer.finish();
    await disk.putObject(objectOf({ bucket, key: "k", bytes: bytes.length, content }), () => {});
    writer.discard();
    disk.discard(content);
    expect(await read(disk, { bucket, key: "k" })).toEqual(bytes);
  });
}

function testListing(open: Open): void {
  test("keys come in the order of their bytes", async () => {
    await using disk = await openWithBucket(open);
    const keys = [
      "\u{1f600}",
      "\uffff",
      "é",
      "z",
      "a\0",
      "a",
      "a/b",
      "a b",
      "\u{10ffff}",
      "\ue000",
    ];
    for (const key of keys) await put(disk, { bucket, key, bytes: new Uint8Array(0) });
    expect(keysOf(disk)).toEqual([...keys].sort(compareKeys));
  });

  test("whatever the keys are, they are found and come in their order", async () => {
    await using disk = await openWithBucket(open);
    const anyKeys = fc.uniqueArray(fc.string({ unit: "binary", minLength: 1 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(anyKeys, async (keys) => {
        await Promise.all(
          keys.map((key) => put(disk, { bucket, key, bytes: new TextEncoder().encode(key) })),
        );
        expect(keysOf(disk)).toEqual(keys.toSorted(compareKeys));
        for (const key of keys) {
          expect(disk.objects(bucket).seek(key)?.key).toBe(key);
          expect(
            new TextDecoder("utf-8", { ignoreBOM: true }).decode(await read(disk, { bucket, key })),
          ).toBe(key);
        }
        await disk.deleteObjects(bucket, keys);
      }),
      { numRuns: 20 },
    );
  });

  test("20,000 keys are walked, sought and listed by folders", async () => {
    await using disk = await openWithBucket(open);
    const keys = Array.from({ length: 20_000 }, (_, index) => {
      return `${String(index % 20).padStart(2, "0")}/${String(index).padStart(5, "0")}`;
    });
    await Promise.all(keys.map((key) => put(disk, { bucket, key, bytes: new Uint8Array(0) })));
    expect(keysOf(disk)).toEqual([...keys].sort(compareKeys));
    const cursor = disk.objects(bucket);
    expect(cursor.seek("07/1")?.key).toBe("07/10007");
    expect(cursor.next()?.key).toBe("07/10027");
    expect(cursor.seek("99")).toBeUndefined();
    const folders = listPage(disk.objects(bucket), {
      ...{ prefix: "", delimiter: "/", maxKeys: 1000, after: undefined },
    });
    expect(folders.commonPrefixes).toHaveLength(20);
    const page = listPage(disk.objects(bucket), {
      ...{ prefix: "07/", delimiter: "/", maxKeys: 600, after: "07/00027" },
    });
    expect(page.isTruncated).toBe(true);
    expect(page.objects).toHaveLength(600);
    expect(page.last).toBe("07/12027");
  });
}

function keysOf(disk: Disk): string[] {
  const cursor = disk.objects(bucket);
  const keys: string[] = [];
  for (let next = cursor.seek(""); next !== undefined; next = cursor.next()) keys.push(next.key);
  return keys;
}

function testChanges(open: Open): void {
  const place = { bucket, key: "k" };

  test("of 50 who put an object only if there is none, one does", async () => {
    await using disk = await openWithBucket(open);
    const ifNone = (current: unknown): void => {
      if (current !== undefined) throw new S3Error("PreconditionFailed");
    };
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        put(disk, { ...place, bytes: bytesOf(1000 * index, index) }, ifNone),
      ),
    );
    const won = results.flatMap((one, index) => (one.status === "fulfilled" ? [index] : []));
    expect(won).toHaveLength(1);
    expect(await read(disk, place)).toEqual(bytesOf(1000 * won[0]!, won[0]!));
    const lost = results.filter((one) => one.status === "rejected");
    expect(lost.every((one) => one.reason.code === "PreconditionFailed")).toBe(true);
  });

  test("of 50 who put an object at once, one whole object stays", async () => {
    await using disk = await openWithBucket(open);
    const all = Array.from({ length: 50 }, (_, index) => bytesOf(10_000 * index, index));
    await Promise.all(all.map((bytes) => put(disk, { ...place, bytes })));
    const stored = await read(disk, place);
    expect(all.some((bytes) => Buffer.compare(bytes, stored) === 0)).toBe(true);
  });

  test("a deletion that is refused deletes nothing", async () => {
    await using disk = await openWithBucket(open);
    await put(disk, { ...place, bytes: bytesOf(10, 1) });
    const refuse = (): void => {
      throw new S3Error("PreconditionFailed");
    };
    await expect(disk.deleteObject(place, refuse)).rejects.toThrow(S3Error);
    expect(await read(disk, place)).toEqual(bytesOf(10, 1));
    expect(await disk.deleteObject(place, () => {})).toBe(true);
    expect(await disk.deleteObject(place, () => {})).toBe(false);
  });

  test("many are deleted in one step", async () => {
    await using disk = await openWithBucket(open);
    for (const key of ["a", "b", "c"]) await put(disk, { bucket, key, bytes: bytesOf(9, 1) });
    expect(await disk.deleteObjects(bucket, ["a", "x", "c"])).toBe(2);
    expect(keysOf(disk)).toEqual(["b"]);
  });

  test("tags are set on an object that is there", async () => {
    await using disk = await openWithBucket(open);
    await put(disk, { ...place, bytes: bytesOf(10, 1) });
    const tags = [{ key: "team", value: "blue" }];
    expect(await disk.setTags(place, tags)).toBe(true);
    expect(await disk.setTags({ bucket, key: "x" }, tags)).toBe(false);
    expect(disk.object(place)).toMatchObject({ tags, metadata, etag: "e1" });
  });

  test("nothing is put into a bucket that is not there", async () => {
    await using disk = await openWithBucket(open);
    const putting = put(disk, { bucket: "none", key: "k", bytes: bytesOf(10, 1) });
    await expect(putting).rejects.toMatchObject({ code: "NoSuchBucket" });
  });
}

function testUploads(open: Open): void {
  const place = { bucket, key: "film" };

  test("an upload's parts become one object, the last of each number", async () => {
    await using disk = await openWithBucket(open);
    const uploadId = await startUpload(disk, place);
    const parts = [bytesOf(400_000, 1), bytesOf(7, 2), bytesOf(200_000, 3)];
    await putPart(disk, uploadId, { partNumber: 9, bytes: parts[2]! });
    await putPart(disk, uploadId, { partNumber: 2, bytes: bytesOf(500_000, 4) });
    await putPart(disk, uploadId, { partNumber: 2, bytes: parts[0]! });
    await putPart(disk, uploadId, { partNumber: 5, bytes: parts[1]! });
    await putPart(disk, uploadId, { partNumber: 7, bytes: bytesOf(300_000, 5) });
    expect(disk.parts(uploadId).map((part) => [part.partNumber, part.bytes, part.etag])).toEqual([
      [2, 400_000, "p400000"],
      [5, 7, "p7"],
      [7, 300_000, "p300000"],
      [9, 200_000, "p200000"],
    ]);
    const stored = await complete(disk, { ...place, uploadId, partNumbers: [2, 5, 9] });
    expect(stored).toMatchObject({ bytes: 600_007, etag: "e-2", partBytes: [400_000, 7, 200_000] });
    const found = disk.object(place)!;
    expect(found.partBytes).toEqual([400_000, 7, 200_000]);
    expect(found.tags).toEqual([{ key: "a", value: "b" }]);
    const whole = joined(parts);
    expect(await read(disk, place)).toEqual(whole);
    for (const [first, last] of [
      [399_999, 400_007],
      [400_000, 400_006],
      [0, 399_999],
      [400_007, 600_006],
      [600_006, 600_006],
    ] as const) {
      expect(await read(disk, place, { first, last })).toEqual(whole.slice(first, last + 1));
    }
    expect(disk.upload(place, uploadId)).toBeUndefined();
    expect(disk.parts(uploadId)).toEqual([]);
  });

  test("uploads come by key, then in the order in which they began", async () => {
    await using disk = await openWithBucket(open);
    const keys = ["b", "a", "\u{1f600}", "b", "\uffff", "a"];
    const ids: string[] = [];
    for (const key of keys) ids.push(await startUpload(disk, { bucket, key }));
    const found = [...disk.uploads(bucket)].map(({ uploadId }) => ids.indexOf(uploadId));
    expect(found).toEqual([1, 5, 0, 3, 4, 2]);
  });

  test("an upload belongs to its key", async () => {
    await using disk = await openWithBucket(open);
    const uploadId = await startUpload(disk, place);
    expect(disk.upload(place, uploadId)).toMatchObject({ ...place, uploadId, startedMs: 3 });
    expect(disk.upload({ bucket, key: "other" }, uploadId)).toBeUndefined();
    expect(await disk.abortUpload({ bucket, key: "other" }, uploadId)).toBe(false);
  });

  test("an upload that was aborted takes no parts", async () => {
    await using disk = await openWithBucket(open);
    const uploadId = await startUpload(disk, place);
    await putPart(disk, uploadId, { partNumber: 1, bytes: bytesOf(300_000, 1) });
    expect(await disk.abortUpload(place, uploadId)).toBe(true);
    expect(await disk.abortUpload(place, uploadId)).toBe(false);
    expect(await putPart(disk, uploadId, { partNumber: 1, bytes: bytesOf(9, 1) })).toBe(false);
    expect(disk.parts(uploadId)).toEqual([]);
    const completing = complete(disk, { ...place, uploadId, partNumbers: [1] });
    await expect(completing).rejects.toMatchObject({ code: "NoSuchUpload" });
  });

  test("a completion that is refused leaves the upload as it was", async () => {
    await using disk = await openWithBucket(open);
    const uploadId = await startUpload(disk, place);
    await putPart(disk, uploadId, { partNumber: 1, bytes: bytesOf(9, 1) });
    const missing = complete(disk, { ...place, uploadId, partNumbers: [1, 2] });
    await expect(missing).rejects.toMatchObject({ code: "InvalidPart" });
    const refused = complete(disk, { ...place, uploadId, partNumbers: [1] }, () => {
      throw new S3Error("PreconditionFailed");
    });
    await expect(refused).rejects.toMatchObject({ code: "PreconditionFailed" });
    await complete(disk, { ...place, uploadId, partNumbers: [1] });
    expect(await read(disk, place)).toEqual(bytesOf(9, 1));
  });

  test("a part that is uploaded again meanwhile does not get into what was asked for", async () => {
    await using disk = await openWithBucket(open);
    const uploadId = await startUpload(disk, place);
    await putPart(disk, uploadId, { partNumber: 1, bytes: bytesOf(9, 1) });
    const parts = disk.parts(uploadId);
    const again = putPart(disk, uploadId, { partNumber: 1, bytes: bytesOf(8, 1) });
    const made = { etag: "e-1", modifiedMs: 4, checksum: undefined };
    const completing = again.then(() =>
      disk.completeUpload({ ...place, ...made, uploadId, parts }, () => {}),
    );
    await expect(completing).rejects.toMatchObject({ code: "InvalidPart" });
    await complete(disk, { ...place, uploadId, partNumbers: [1] });
    expect(await read(disk, place)).toEqual(bytesOf(8, 1));
  });

  test("an object of parts is read to its end after it was deleted", async () => {
    await using disk = await openWithBucket(open);
    const uploadId = await startUpload(disk, place);
    const parts = Array.from({ length: 5 }, (_, index) => bytesOf(200_000, index));
    for (const [index, bytes] of parts.entries()) {
      await putPart(disk, uploadId, { partNumber: index + 1, bytes });
    }
    const { content } = await complete(disk, { ...place, uploadId, partNumbers: [1, 2, 3, 4, 5] });
    using reader = disk.read(content, { first: 0, last: 999_999 });
    await disk.deleteObject(place, () => {});
    await put(disk, { ...place, bytes: bytesOf(5, 5) });
    expect(await drain(reader)).toEqual(joined(parts));
  });
}

function testCopies(open: Open): void {
  const place = { bucket, key: "k" };

  test.each([0, 20, 200_000, 2_000_000])("a copy of %d bytes outlives its source", async (size) => {
    await using disk = await openWithBucket(open);
    const bytes = bytesOf(size, 1);
    const { content } = await put(disk, { ...place, bytes });
    const copy = await disk.duplicate(content, { first: 0, last: size - 1 });
    await disk.deleteObject(place, () => {});
    await disk.putObject(objectOf({ ...place, bytes: size, content: copy }), () => {});
    expect(await read(disk, place)).toEqual(bytes);
  });

  test("an object of parts is copied whole, in stretches, and as a part", async () => {
    await using disk = await openWithBucket(open);
    const first = await startUpload(disk, place);
    const parts = [bytesOf(300_000, 1), bytesOf(10, 2), bytesOf(400_000, 3)];
    const whole = joined(parts);
    for (const [index, bytes] of parts.entries()) {
      await putPart(disk, first, { partNumber: index + 1, bytes });
    }
    const { content, bytes } = await complete(disk, {
      ...{ ...place, uploadId: first, partNumbers: [1, 2, 3] },
    });
    const copyOf = (from: number, to: number) =>
      disk.duplicate(content, { first: from, last: to - 1 });
    const copy = objectOf({ bucket, key: "copy", bytes, content: await copyOf(0, bytes) });
    expect((await disk.putObject(copy, () => {})).partBytes).toBeUndefined();
    const second = await startUpload(disk, place);
    const halves = [await copyOf(0, bytes), await copyOf(299_000, 301_000)];
    for (const [index, half] of halves.entries()) {
      const length = index === 0 ? bytes : 2000;
      await disk.putPart(second, partOf({ partNumber: index + 1, bytes: length, content: half }));
    }
    await complete(disk, { ...place, uploadId: second, partNumbers: [1, 2] });
    expect(await read(disk, { bucket, key: "copy" })).toEqual(whole);
    const both = Buffer.concat([whole, whole.subarray(299_000, 301_000)]);
    expect(await read(disk, place)).toEqual(new Uint8Array(both));
    const across = { first: 299_990, last: bytes + 20 };
    expect(await read(disk, place, across)).toEqual(
      new Uint8Array(both.subarray(across.first, across.last + 1)),
    );
  });

  test("a copy that nobody puts is forgotten", async () => {
    await using disk = await openWithBucket(open);
    const { content } = await put(disk, { ...place, bytes: bytesOf(300_000, 1) });
    const copy = await disk.duplicate(content, { first: 0, last: 299_999 });
    disk.discard(copy);
    disk.discard(copy);
    expect(await read(disk, place)).toEqual(bytesOf(300_000, 1));
  });

  test("what is read is the caller's own", async () => {
    await using disk = await openWithBucket(open);
    const { content } = await put(disk, { ...place, bytes: bytesOf(100, 1) });
    using reader = disk.read(content, { first: 0, last: 99 });
    (await reader.next())!.fill(0);
    expect(await read(disk, place)).toEqual(bytesOf(100, 1));
  });
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}
