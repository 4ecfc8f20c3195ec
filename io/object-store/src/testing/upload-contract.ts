import { describe, expect, test } from "bun:test";
import type { ObjectStore } from "../object-store.ts";
import { caught } from "./caught.ts";

const PART_BYTES = 5 * 1_048_576;
const part = (byte: number, bytes: number = PART_BYTES): Uint8Array =>
  new Uint8Array(bytes).fill(byte);

export function testUploads(open: () => Promise<ObjectStore>): void {
  describe("an upload in parts", () => {
    test("takes them in any order, the last one under a number wins", async () => {
      await using store = await open();
      const upload = await store.startUpload("a b+ü", {
        contentType: "text/x",
        metadata: { one: "1" },
      });
      const third = await upload.putPart(7, "end");
      await upload.putPart(2, part(9));
      const first = await upload.putPart(2, part(1));
      const second = await upload.putPart(5, part(2));
      expect(await upload.parts()).toEqual([first, second, third]);
      expect([first.bytes, third.bytes]).toEqual([PART_BYTES, 3]);
      const { etag } = await upload.complete([first, second, third]);
      expect(etag).toEndWith("-3");
      const found = (await store.get("a b+ü"))!;
      const bytes = 2 * PART_BYTES + 3;
      expect(found).toMatchObject({ bytes, etag, contentType: "text/x", metadata: { one: "1" } });
      const want = Buffer.concat([part(1), part(2), Buffer.from("end")]);
      expect(Buffer.compare(await found.toBytes(), want)).toBe(0);
    });

    test("may be taken up by somebody else", async () => {
      await using store = await open();
      const { uploadId } = await store.startUpload("key");
      const other = store.upload("key", uploadId);
      const only = await other.putPart(1, "text");
      await other.complete([only]);
      expect(await (await store.get("key"))?.toText()).toBe("text");
    });

    test("is to be seen until it is completed or aborted", async () => {
      await using store = await open();
      const one = await store.startUpload("prefix/one");
      const two = await store.startUpload("prefix/two");
      const other = await store.startUpload("other");
      const list = async (): Promise<string[]> =>
        (await store.unfinishedUploads({ prefix: "prefix/" })).map(({ uploadId }) => uploadId);
      // MinIO lists those of one key only.
      const seen = await list();
      expect([[], [one.uploadId, two.uploadId]]).toContainEqual(seen);
      await one.abort();
      await two.complete([await two.putPart(1, "x")]);
      await other.abort();
      expect(await list()).toEqual([]);
      expect((await caught(one.putPart(1, "x"))).code).toBe("no_such_upload");
      expect((await caught(one.parts())).code).toBe("no_such_upload");
      expect(await store.head("prefix/one")).toBeUndefined();
    });

    test("needs parts of some size, but for the last", async () => {
      await using store = await open();
      const upload = await store.startUpload("key");
      const parts = [await upload.putPart(1, "small"), await upload.putPart(2, "last")];
      expect((await caught(upload.complete(parts))).code).toBe("bad_size");
      await upload.abort();
    });

    test("does not complete with a part that is not there", async () => {
      await using store = await open();
      const upload = await store.startUpload("key");
      const real = await upload.putPart(1, "text");
      const parts = [{ ...real, etag: "0".repeat(32) }];
      expect((await caught(upload.complete(parts))).code).toBe("bad_request");
      await upload.abort();
    });

    test.each([0, 10_001, 1.5])("has no part number %d", async (partNumber) => {
      await using store = await open();
      const upload = await store.startUpload("key");
      expect((await caught(upload.putPart(partNumber, "x"))).code).toBe("bad_request");
      await upload.abort();
    });
  });
}
