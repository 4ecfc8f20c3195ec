import { describe, expect, test } from "bun:test";
import type { PutOptions } from "../object-store.ts";
import { caught } from "./caught.ts";
import type { OpenStore } from "./object-store-contract.ts";

const oddKeys: readonly string[] = [
  "plain",
  "with space",
  " leading and trailing ",
  "a+b",
  "100%",
  "%41",
  "a/../b",
  "../up",
  "./here",
  "a//b",
  "/leading",
  "trailing/",
  "ü/日本語/😀",
  "a&b=c?d#e",
  "quote'\"<>",
  "star*(x)!~",
  "semi;colon:at@dollar$comma,",
  "back\\slash",
  "tab\tand\nnewline",
  `${"k".repeat(200)}/`.repeat(5),
];

/** Whole objects: written, read, copied, deleted. */
export function testObjects(open: OpenStore, exceptKeys: readonly string[]): void {
  const openBucket = () => open({ hasBucket: true });

  test.each(oddKeys.filter((key) => !exceptKeys.includes(key)))(
    "keeps what is put under %j",
    async (key) => {
      await using store = await openBucket();
      const { etag } = await store.put(key, "text");
      const found = await store.get(key);
      expect(await found?.toText()).toBe("text");
      expect(found).toMatchObject({ key, bytes: 4, bodyBytes: 4, etag });
      expect((await store.list()).objects.map((listed) => listed.key)).toEqual([key]);
      expect(await store.copy(key, `copy of ${key.slice(0, 100)}`)).toEqual({ etag });
      await store.delete(key);
      expect(await store.head(key)).toBeUndefined();
    },
  );

  test("what is absent is an answer", async () => {
    await using store = await openBucket();
    expect(await store.get("none")).toBeUndefined();
    expect(await store.head("none")).toBeUndefined();
    expect(await store.copy("none", "copy")).toBeUndefined();
    await store.delete("none");
    expect(await store.deleteMany(["none", "neither"])).toEqual([]);
  });

  test("gives back what was said about an object", async () => {
    await using store = await openBucket();
    const options: PutOptions = {
      contentType: "text/plain; charset=utf-8",
      cacheControl: "max-age=60",
      contentDisposition: 'attachment; filename="a b.txt"',
      metadata: { owner: "me", "two-words": "a  b" },
    };
    const startMs = Date.now();
    await store.put("key", "grüße", options);
    const want = { ...options, key: "key", bytes: 7 };
    const info = await store.head("key");
    const found = await store.get("key");
    expect(info).toMatchObject(want);
    expect(found).toMatchObject(want);
    expect(await found?.toText()).toBe("grüße");
    expect(Math.abs(info!.modifiedMs - startMs)).toBeLessThan(60_000);
    const copied = await store.copy("key", "copy");
    expect(copied?.etag).toBe(info!.etag);
    expect(await store.head("copy")).toMatchObject({ ...want, key: "copy" });
  });

  test("the last who puts wins", async () => {
    await using store = await openBucket();
    const first = await store.put("key", "one");
    const second = await store.put("key", "two");
    expect(second.etag).not.toBe(first.etag);
    expect(await (await store.get("key"))?.toText()).toBe("two");
  });

  test("ETags have no quotes and are the MD5 of what was put at once", async () => {
    await using store = await openBucket();
    const { etag } = await store.put("key", "abc");
    expect(etag).toBe("900150983cd24fb0d6963f7d28e17f72");
  });

  test("puts only where nothing is, if that was asked", async () => {
    await using store = await openBucket();
    await store.put("key", "one", { ifNoneMatch: "*" });
    const error = await caught(store.put("key", "two", { ifNoneMatch: "*" }));
    expect(error.code).toBe("precondition_failed");
    expect(await (await store.get("key"))?.toText()).toBe("one");
  });

  test("puts only in place of what it knows, if that was asked", async () => {
    await using store = await openBucket();
    const { etag } = await store.put("key", "one");
    const second = await store.put("key", "two", { ifMatch: etag });
    const stale = await caught(store.put("key", "three", { ifMatch: etag }));
    const absent = await caught(store.put("other", "three", { ifMatch: etag }));
    expect([stale.code, absent.code]).toEqual(["precondition_failed", "precondition_failed"]);
    expect((await store.head("key"))?.etag).toBe(second.etag);
  });

  test("gets only what it knows, if that was asked", async () => {
    await using store = await openBucket();
    const { etag } = await store.put("key", "one");
    expect(await (await store.get("key", { ifMatch: etag }))?.toText()).toBe("one");
    const error = await caught(store.get("key", { ifMatch: "0".repeat(32) }));
    expect(error.code).toBe("precondition_failed");
  });

  test.each([
    ["", "bad_request"],
    ["k".repeat(1025), "bad_request"],
    ["half \ud800 pair", "bad_request"],
  ] as const)("refuses the key %j", async (key, code) => {
    await using store = await openBucket();
    expect((await caught(store.put(key, "x"))).code).toBe(code);
    expect((await caught(store.get(key))).code).toBe(code);
  });

  test("deletes many, told of in whatever way", async () => {
    await using store = await openBucket();
    const keys = Array.from({ length: 30 }, (_, index) => `many/${index} <&> ü`);
    await Promise.all(keys.map((key) => store.put(key, key)));
    await store.put("stays", "x");
    expect(await store.deleteMany(keys.slice(0, 10))).toEqual([]);
    expect(await store.deleteMany(slowly(keys.slice(10)))).toEqual([]);
    expect((await store.list()).objects.map(({ key }) => key)).toEqual(["stays"]);
  });

  testBuckets(open);
}

function testBuckets(open: OpenStore): void {
  describe("a bucket that is not there", () => {
    test("is said not to be", async () => {
      await using store = await open({ hasBucket: false });
      expect(await store.hasBucket()).toBe(false);
    });

    test.each([
      ["put", "no_such_bucket"],
      ["get", "no_such_bucket"],
      ["list", "no_such_bucket"],
    ] as const)("fails a %s", async (method, code) => {
      await using store = await open({ hasBucket: false });
      const calls = {
        put: () => store.put("key", "x"),
        get: () => store.get("key"),
        list: () => store.list(),
      };
      expect((await caught(calls[method]())).code).toBe(code);
    });

    test("can be made, and made again", async () => {
      await using store = await open({ hasBucket: false });
      await store.createBucket();
      await store.createBucket();
      expect(await store.hasBucket()).toBe(true);
      await store.put("key", "x");
    });
  });
}

async function* slowly(keys: readonly string[]): AsyncGenerator<string> {
  for (const key of keys) {
    await new Promise(setImmediate);
    yield key;
  }
}
