import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Field } from "@breakwater/s3";
import { outcomeOf, type TestStore, tagOf, testStore } from "./testing/test-store.ts";

const etag = '"781e5e245d69b566979b86e28d23f2c7"';
const modified = "Fri, 02 Jan 2026 03:04:05 GMT";

let store: TestStore;
beforeAll(async () => {
  store = testStore({ memory: { pieceBytes: 3 } });
  await put("digits", "0123456789", [
    ["content-type", "text/plain"],
    ["cache-control", "no-cache"],
    ["x-amz-meta-colour", "blue"],
  ]);
  await put("empty", "");
});
afterAll(() => store[Symbol.asyncDispose]());

const put = (key: string, body: string, headers: readonly Field[] = []) =>
  store.client.send("PUT", `/bucket/${key}`, { body, headers });

const get = (key: string, headers: readonly Field[] = [], query: readonly Field[] = []) =>
  store.client.send("GET", `/bucket/${key}`, { headers, query });

describe("an object", () => {
  test("comes back with what was said of it", async () => {
    const answer = await get("digits");
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      ...{ "content-type": "text/plain", "content-length": "10", "cache-control": "no-cache" },
      ...{ "x-amz-meta-colour": "blue", "accept-ranges": "bytes", etag, "last-modified": modified },
      "x-amz-request-id": expect.stringMatching(/^request-\d+$/),
    });
    expect(await answer.text()).toBe("0123456789");
  });

  test("is told of by HEAD as by GET, without its bytes", async () => {
    const [head, full] = [await store.client.send("HEAD", "/bucket/digits"), await get("digits")];
    const fields = ({ headers }: Response) =>
      [...headers].filter(([name]) => name !== "x-amz-request-id" && name !== "date");
    expect(fields(head)).toEqual(fields(full));
    expect(await head.text()).toBe("");
    expect((await store.client.send("HEAD", "/bucket/none")).status).toBe(404);
  });

  test("of no bytes is one, too", async () => {
    expect(await (await get("empty")).text()).toBe("");
    expect(await outcomeOf(await get("empty", [["range", "bytes=0-"]]))).toBe("416 InvalidRange");
  });

  test("has its answer's fields changed for one request", async () => {
    const answer = await get(
      "digits",
      [],
      [
        ["response-content-type", "image/png"],
        ["response-content-disposition", 'attachment; filename="a.png"'],
      ],
    );
    expect(answer.headers.get("content-type")).toBe("image/png");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="a.png"');
  });

  test("is gone when it was deleted, and deleting it again is no error", async () => {
    await put("short-lived", "x");
    for (const _time of [1, 2]) {
      expect((await store.client.send("DELETE", "/bucket/short-lived")).status).toBe(204);
    }
    expect(await outcomeOf(await get("short-lived"))).toBe("404 NoSuchKey");
  });

  test.each([
    ["CRC32", "poTHxg=="],
    ["CRC32C", "KAwGng=="],
    ["CRC64NVME", "Ffmx7kz9nB0="],
    ["SHA1", "h6zsF82dzSCnFsws9nQXtxyKcBY="],
    ["SHA256", "hNiYd/DUBB77a/kaFvAkjy/Vc+avBcGflr7bn4gveII="],
  ])("keeps its %s, told when asked for", async (name, value) => {
    const header = `x-amz-checksum-${name.toLowerCase()}`;
    const answer = await put(`with-${name}`, "0123456789", [[header, value]]);
    expect([answer.status, answer.headers.get(header)]).toEqual([200, value]);
    const asked = await get(`with-${name}`, [["x-amz-checksum-mode", "ENABLED"]]);
    expect(asked.headers.get(header)).toBe(value);
    expect((await get(`with-${name}`)).headers.get(header)).toBeNull();
    const wrong = await put("wrong", "012345678x", [[header, value]]);
    expect(await outcomeOf(wrong)).toBe("400 BadDigest");
    expect(await outcomeOf(await get("wrong"))).toBe("404 NoSuchKey");
  });

  test("is refused with another MD5, and then is not there", async () => {
    const answer = await put("wrong", "x", [["content-md5", "AAAAAAAAAAAAAAAAAAAAAA=="]]);
    expect(await outcomeOf(answer)).toBe("400 BadDigest");
    expect(await outcomeOf(await get("wrong"))).toBe("404 NoSuchKey");
  });

  test("is refused with another SHA-256 than was signed", async () => {
    const payload = { kind: "hashed", sha256: "0".repeat(64) } as const;
    const answer = await store.client.send("PUT", "/bucket/wrong", { body: "x", payload });
    expect(await outcomeOf(answer)).toBe("400 XAmzContentSHA256Mismatch");
  });

  test("larger than the store has room for is refused, and what was there stays", async () => {
    await using small = testStore({ memory: { maxBytes: 10 } });
    await small.client.send("PUT", "/bucket/a", { body: "12345" });
    const answer = await small.client.send("PUT", "/bucket/a", { body: "1234567" });
    expect(await outcomeOf(answer)).toBe("507 StorageFull");
    expect(await (await small.client.send("GET", "/bucket/a")).text()).toBe("12345");
    await small.client.send("DELETE", "/bucket/a");
    expect((await small.client.send("PUT", "/bucket/a", { body: "1234567890" })).status).toBe(200);
  });
});

describe("a range", () => {
  test.each([
    ["bytes=2-4", 206, "234", "bytes 2-4/10"],
    ["bytes=7-", 206, "789", "bytes 7-9/10"],
    ["bytes=-2", 206, "89", "bytes 8-9/10"],
    ["bytes=5-99", 206, "56789", "bytes 5-9/10"],
    ["bytes=1-2,4-5", 200, "0123456789", null],
    ["lines=1-2", 200, "0123456789", null],
  ])("%s is answered by %d %s", async (range, status, text, contentRange) => {
    const answer = await get("digits", [["range", range]]);
    expect([answer.status, answer.headers.get("content-range")]).toEqual([status, contentRange]);
    expect(await answer.text()).toBe(text);
  });

  test("beyond the end is none", async () => {
    const answer = await get("digits", [["range", "bytes=10-20"]]);
    expect(answer.headers.get("content-range")).toBe("bytes */10");
    expect(await outcomeOf(answer)).toBe("416 InvalidRange");
  });

  test.each([
    [etag, "23"],
    ['"other"', "0123456789"],
    [modified, "23"],
    ["Fri, 02 Jan 2026 03:04:04 GMT", "0123456789"],
  ])("meant for %s gives %s", async (ifRange, text) => {
    const answer = await get("digits", [
      ["range", "bytes=2-3"],
      ["if-range", ifRange],
    ]);
    expect(await answer.text()).toBe(text);
  });

  test("may be the number of a part: what was put whole is its own first", async () => {
    const answer = await get("digits", [], [["partNumber", "1"]]);
    expect([answer.status, await answer.text()]).toEqual([206, "0123456789"]);
    const second = await get("digits", [], [["partNumber", "2"]]);
    expect(await outcomeOf(second)).toBe("416 InvalidPartNumber");
  });
});

describe("a condition", () => {
  const later = "Fri, 02 Jan 2026 03:04:06 GMT";
  const before = "Fri, 02 Jan 2026 03:04:04 GMT";
  test.each<[Field, number]>([
    [["if-match", etag], 200],
    [["if-match", "*"], 200],
    [["if-match", '"other"'], 412],
    [["if-none-match", etag], 304],
    [["if-none-match", `"other", W/${etag}`], 304],
    [["if-none-match", '"other"'], 200],
    [["if-modified-since", modified], 304],
    [["if-modified-since", before], 200],
    [["if-unmodified-since", before], 412],
    [["if-unmodified-since", later], 200],
  ])("on reading: %j is %d", async (field, status) => {
    for (const method of ["GET", "HEAD"]) {
      const answer = await store.client.send(method, "/bucket/digits", { headers: [field] });
      expect(answer.status).toBe(status);
      expect(status === 304 ? answer.headers.get("etag") : etag).toBe(etag);
    }
  });

  test.each<[string, Field, string]>([
    ["digits", ["if-none-match", "*"], "412 PreconditionFailed"],
    ["digits", ["if-match", '"other"'], "412 PreconditionFailed"],
    ["absent", ["if-match", etag], "404 NoSuchKey"],
  ])("on writing %s: %j is %s", async (key, field, outcome) => {
    expect(await outcomeOf(await put(key, "new", [field]))).toBe(outcome);
  });

  test("lets one of many writers through that want to be the first", async () => {
    const writers = Array.from({ length: 20 }, (_each, index) =>
      put("first", `writer ${index}`, [["if-none-match", "*"]]),
    );
    const statuses = (await Promise.all(writers)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
  });

  test("holds for deleting", async () => {
    await put("kept", "x");
    const answer = await store.client.send("DELETE", "/bucket/kept", {
      headers: [["if-match", '"other"']],
    });
    expect(await outcomeOf(answer)).toBe("412 PreconditionFailed");
    expect((await get("kept")).status).toBe(200);
  });
});

describe("a copy", () => {
  const copy = (to: string, headers: readonly Field[]) =>
    store.client.send("PUT", `/${to}`, {
      headers: [["x-amz-copy-source", "/bucket/digits"], ...headers],
    });

  test("has the bytes, and what was said of them, or what is said now", async () => {
    const xml = await (await copy("other/a", [])).text();
    expect([tagOf(xml, "ETag"), tagOf(xml, "LastModified")]).toEqual([
      etag.replaceAll('"', "&quot;"),
      "2026-01-02T03:04:05.000Z",
    ]);
    const kept = await store.client.send("GET", "/other/a");
    expect([await kept.text(), kept.headers.get("x-amz-meta-colour")]).toEqual([
      "0123456789",
      "blue",
    ]);
    await copy("other/b", [
      ["x-amz-metadata-directive", "REPLACE"],
      ["x-amz-meta-size", "small"],
      ["x-amz-checksum-algorithm", "CRC32"],
    ]);
    const replaced = await store.client.send("HEAD", "/other/b", {
      headers: [["x-amz-checksum-mode", "ENABLED"]],
    });
    expect(Object.fromEntries(replaced.headers)).toMatchObject({
      ...{ "x-amz-meta-size": "small", "x-amz-checksum-crc32": "poTHxg==" },
      "content-type": "binary/octet-stream",
    });
    expect(replaced.headers.get("x-amz-meta-colour")).toBeNull();
  });

  test.each<[readonly Field[], string]>([
    [[["x-amz-copy-source-if-match", '"other"']], "412 PreconditionFailed"],
    [[["x-amz-copy-source-if-none-match", etag]], "412 PreconditionFailed"],
    [[["if-none-match", "*"]], "412 PreconditionFailed"],
    [[["x-amz-copy-source", "/bucket/none"]], "404 NoSuchKey"],
    [[["x-amz-copy-source", "/nowhere/none"]], "404 NoSuchBucket"],
  ])("is refused with %j as %s", async (headers, outcome) => {
    const source = headers.some(([name]) => name === "x-amz-copy-source")
      ? headers
      : [["x-amz-copy-source", "/bucket/digits"] as const, ...headers];
    const answer = await store.client.send("PUT", "/bucket/empty", { headers: source });
    expect(await outcomeOf(answer)).toBe(outcome);
  });

  test("of itself needs something to change", async () => {
    expect(await outcomeOf(await copy("bucket/digits", []))).toBe("400 InvalidRequest");
  });
});

test("a disk that fails is told as InternalError, and why goes to onError only", async () => {
  await using failing = testStore({
    newId: () => "request-1",
    epochMs: () => {
      throw new Error("secret path /x/y");
    },
  });
  const answer = await failing.client.send("GET", "/bucket/a");
  const text = await answer.text();
  expect([answer.status, tagOf(text, "Code")]).toEqual([500, "InternalError"]);
  expect(text).not.toContain("secret");
  expect(String(failing.errors[0])).toContain("secret path");
});
