import { describe, expect, test } from "bun:test";
import { rawClient } from "@breakwater/http-server/testing";
import { ObjectStoreError } from "@breakwater/object-store";
import { testStore, transferService } from "./testing/transfer-service.ts";
import { uploadRoutes } from "./upload-routes.ts";

const MIB = 1_048_576;

interface Envelope {
  readonly status: string;
  readonly response_code: number;
  readonly data?: unknown;
  readonly error_message?: string;
  readonly code?: string;
}

interface Answer {
  readonly status: number;
  readonly body: Envelope;
}

interface Sent {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly filename?: string;
  readonly type?: string;
}

/** As k6's FormData writes it: a Content-Type on each part. */
function formOf(parts: readonly Sent[]): { readonly body: Uint8Array; readonly type: string } {
  const pieces = parts.flatMap(({ name, content, filename, type }) => [
    `--b0\r\nContent-Disposition: form-data; name="${name}"`,
    filename === undefined ? "" : `; filename="${filename}"`,
    `\r\nContent-Type: ${type ?? "application/octet-stream"}\r\n\r\n`,
    content,
    "\r\n",
  ]);
  const bytes = [...pieces, "--b0--\r\n"].map((piece) => Buffer.from(piece as string));
  return { body: new Uint8Array(Buffer.concat(bytes)), type: "multipart/form-data; boundary=b0" };
}

async function send(
  url: string,
  parts: readonly Sent[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { body, type } = formOf(parts);
  const sent = { method: "POST", body, headers: { "content-type": type, ...headers } };
  const answer = await fetch(url, sent);
  return { status: answer.status, body: (await answer.json()) as Envelope };
}

const file = (content: string | Uint8Array, filename = "a.txt"): Sent => {
  return { name: "file", content, filename };
};
const files = (names: readonly string[]): Sent[] =>
  names.map((filename) => ({ name: "files", content: `of ${filename}`, filename }));
const path = (content: string): Sent => ({ name: "path", content });

describe("an upload", () => {
  test("goes to its folder, with the field behind the file, and is answered as ever", async () => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes });
    const { status, body } = await send(`${service.url}/upload`, [file("hello"), path("in/here")]);
    expect(status).toBe(200);
    expect(body).toEqual({
      status: "Success",
      response_code: 200,
      data: "File uploaded successfully with object key: in/here/a.txt",
    });
    expect(await (await store.get("in/here/a.txt"))?.toText()).toBe("hello");
    expect(service.changed).toEqual(["in/here/a.txt"]);
    expect(store.calls.map(({ operation }) => operation).slice(0, -1)).toEqual(["PutObject"]);
  });

  test.each([
    ["a folder with a slash", "?path=ignored", [path("f/"), file("x")], "f/a.txt"],
    ["a folder in the query", "?path=q", [file("x")], "q/a.txt"],
    ["no folder", "", [file("x")], "a.txt"],
    ["a file name with folders", "", [file("x", "one/two/b.txt")], "b.txt"],
    ["two files, of which the first counts", "", [file("x"), file("y", "b.txt")], "a.txt"],
    ["fields of other names", "", [{ name: "more", content: "y" }, file("x")], "a.txt"],
  ] as const)("with %s is stored under its key", async (_what, query, parts, key) => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes });
    expect((await send(`${service.url}/upload${query}`, parts)).status).toBe(200);
    expect([...store.contents.keys()]).toEqual([key]);
    expect(await (await store.get(key))?.toText()).toBe("x");
  });

  test.each([
    ["photo.PNG", "application/octet-stream", "image/png"],
    ["report.pdf", "", "application/pdf"],
    ["page.html", "text/plain", "text/plain"],
    ["video.mp4", "video/x-own; a=b", "video/x-own; a=b"],
    ["no-extension", "application/octet-stream", "application/octet-stream"],
    ["strange.zzzz", "not a type", "application/octet-stream"],
  ])("of %s sent as %j is kept as %s", async (filename, type, kept) => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes });
    await send(`${service.url}/upload`, [{ name: "file", content: "x", filename, type }]);
    expect((await store.head(filename))?.contentType).toBe(kept);
  });

  test("of 20 MiB goes to the store in parts, while it comes, and is whole", async () => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes });
    const content = crypto.getRandomValues(new Uint8Array(20 * MIB).subarray(0, 65_536));
    const large = Buffer.alloc(20 * MIB + 1, content);
    const { status } = await send(`${service.url}/upload?path=big`, [file(large, "large.bin")]);
    expect(status).toBe(200);
    const operations = store.calls.map(({ operation }) => operation);
    expect(operations.filter((each) => each === "UploadPart")).toHaveLength(3);
    expect(operations).not.toContain("PutObject");
    const stored = await (await store.get("big/large.bin"))?.toBytes();
    expect(Buffer.compare(stored ?? Buffer.alloc(0), large)).toBe(0);
  });

  test("of a part exactly is one PUT", async () => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes });
    await send(`${service.url}/upload`, [file(Buffer.alloc(8 * MIB, 7))]);
    expect(store.calls.map(({ operation }) => operation)).toEqual(["PutObject"]);
  });

  test("of no bytes is an empty file", async () => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes });
    expect((await send(`${service.url}/upload`, [file("")])).status).toBe(200);
    expect((await store.head("a.txt"))?.bytes).toBe(0);
  });

  test("whose folder comes after 8 MiB of it is refused with what would do", async () => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes });
    const parts = [file(Buffer.alloc(9 * MIB)), path("late/")];
    const { status, body } = await send(`${service.url}/upload`, parts);
    expect(status).toBe(400);
    expect(body.error_message).toContain("as ?path=");
    expect(store.contents.size).toBe(0);
    expect(await store.unfinishedUploads()).toEqual([]);
  });

  test("that wants nothing overwritten is refused where there is something", async () => {
    const store = testStore();
    await store.put("a.txt", "old");
    await using service = transferService({ store, routes: uploadRoutes });
    const condition = { "if-none-match": "*" };
    const { status, body } = await send(`${service.url}/upload`, [file("new")], condition);
    expect([status, body.code]).toEqual([412, "precondition_failed"]);
    expect(await (await store.get("a.txt"))?.toText()).toBe("old");
  });

  test.each([
    ["no file", [path("x")], 400, "bad_request"],
    ["a path that goes up", [path("../x"), file("x")], 400, "bad_path"],
  ] as const)("with %s is refused", async (_what, parts, status, code) => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes });
    const answer = await send(`${service.url}/upload`, parts);
    expect([answer.status, answer.body.response_code, answer.body.code]).toEqual([
      status,
      status,
      code,
    ]);
    expect(store.contents.size).toBe(0);
  });

  test("that is too large is refused, told by its length or on the way", async () => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes, maxUploadBytes: 9 * MIB });
    const known = await send(`${service.url}/upload`, [file(Buffer.alloc(20 * MIB))]);
    const { body, type } = formOf([file(Buffer.alloc(10 * MIB))]);
    const unknown = await fetch(`${service.url}/upload`, {
      method: "POST",
      headers: { "content-type": type },
      body: new ReadableStream({
        start: (stream) => {
          stream.enqueue(body);
          stream.close();
        },
      }),
    });
    expect([known.status, unknown.status]).toEqual([413, 413]);
    expect(store.contents.size).toBe(0);
    expect(await store.unfinishedUploads()).toEqual([]);
  });

  test("whose store fails is answered with a stable code and leaves nothing", async () => {
    const store = testStore(({ operation, partNumber }) =>
      operation === "UploadPart" && partNumber === 2
        ? { error: new ObjectStoreError("overloaded", "SlowDown at 10.0.0.7") }
        : undefined,
    );
    await using service = transferService({ store, routes: uploadRoutes });
    const { status, body } = await send(`${service.url}/upload`, [file(Buffer.alloc(20 * MIB))]);
    expect([status, body.code]).toEqual([503, "store_overloaded"]);
    expect(body.error_message).not.toContain("10.0.0.7");
    expect(await store.unfinishedUploads()).toEqual([]);
  });

  test("whose client goes away leaves nothing behind", async () => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes });
    using client = await rawClient(Number(new URL(service.url).port));
    client.send(
      "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b0\r\n" +
        'Content-Length: 9999\r\n\r\n--b0\r\nContent-Disposition: form-data; name="file"; ' +
        'filename="a"\r\n\r\ncontent',
    );
    client[Symbol.dispose]();
    await service.ended;
    expect(store.calls).toEqual([]);
  });

  test("in parts whose client goes away is aborted", async () => {
    const begun = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const store = testStore(({ operation }) => {
      if (operation === "UploadPart") begun.resolve();
      if (operation === "AbortMultipartUpload") aborted.resolve();
      return undefined;
    });
    await using service = transferService({ store, routes: uploadRoutes });
    const { body, type } = formOf([file(Buffer.alloc(9 * MIB))]);
    const client = new AbortController();
    const answer = fetch(`${service.url}/upload`, {
      method: "POST",
      headers: { "content-type": type },
      body: new ReadableStream({ start: (stream) => stream.enqueue(body.subarray(0, -5)) }),
      signal: client.signal,
    }).catch(() => undefined);
    await begun.promise;
    client.abort();
    await aborted.promise;
    expect(await answer).toBeUndefined();
    expect(store.contents.size).toBe(0);
  });

  test("that is no form is 415", async () => {
    await using service = transferService({ store: testStore(), routes: uploadRoutes });
    const answer = await fetch(`${service.url}/upload`, { method: "POST", body: "x" });
    expect(answer.status).toBe(415);
  });

  test("waits for its turn when all memory is taken, and then goes through", async () => {
    const first = Promise.withResolvers<undefined>();
    const store = testStore(({ ordinal }) => (ordinal === 1 ? first.promise : undefined));
    await using service = transferService({ store, routes: uploadRoutes, memoryBytes: 1000 });
    const one = send(`${service.url}/upload`, [file("1".repeat(900), "1")]);
    const two = send(`${service.url}/upload`, [file("2".repeat(900), "2")]);
    first.resolve(undefined);
    expect([(await one).status, (await two).status]).toEqual([200, 200]);
  });

  test("needs the scope write", async () => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes, scopes: ["read"] });
    expect((await send(`${service.url}/upload`, [file("x")])).status).toBe(403);
  });
});

describe("a batch", () => {
  test("is answered in the order of its files, which all are in the folder", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `${30 - index}.txt`);
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes });
    const parts = [...files(names), path("b/")];
    const { status, body } = await send(`${service.url}/batch-upload`, parts);
    expect(status).toBe(200);
    expect(body.data).toEqual({
      uploaded: names.map((name) => ({ fileName: name, objectKey: `b/${name}`, success: true })),
      failed: [],
      totalUploaded: 30,
      totalFailed: 0,
    });
  });

  test("stores ten files at a time", async () => {
    let running = 0;
    let most = 0;
    const store = testStore(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => setImmediate(resolve));
      running -= 1;
      return undefined;
    });
    await using service = transferService({ store, routes: uploadRoutes });
    const names = Array.from({ length: 50 }, (_, index) => `${index}`);
    await send(`${service.url}/batch-upload`, files(names));
    expect(most).toBe(10);
  });

  test("of 60 MiB does not wait for its end, and holds little of it", async () => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes });
    const content = Buffer.alloc(6 * MIB, 3);
    const names = Array.from({ length: 10 }, (_, index) => `${index}`);
    const parts = names.map((filename) => ({ name: "files", content, filename }));
    const { body } = await send(`${service.url}/batch-upload?path=x`, parts);
    expect(body.data).toMatchObject({ totalUploaded: 10, totalFailed: 0 });
    expect(store.contents.size).toBe(10);
  });

  test("of which a part fails says which, with 200", async () => {
    const store = testStore(({ key }) =>
      key === "b" ? { error: new ObjectStoreError("store_full", "disk /dev/sda1") } : undefined,
    );
    await using service = transferService({ store, routes: uploadRoutes });
    const { status, body } = await send(`${service.url}/batch-upload`, files(["a", "b", "c"]));
    expect(status).toBe(200);
    expect(body.data).toEqual({
      uploaded: [
        { fileName: "a", objectKey: "a", success: true },
        { fileName: "c", objectKey: "c", success: true },
      ],
      failed: [
        {
          fileName: "b",
          error: expect.stringContaining("no room"),
          code: "store_full",
          success: false,
        },
      ],
      totalUploaded: 2,
      totalFailed: 1,
    });
  });

  test.each([
    [false, 507],
    [true, 200],
  ])("of which all fails is no success, unless compatible: %p", async (isCompat, status) => {
    const error = new ObjectStoreError("store_full", "full");
    await using service = transferService({
      ...{ store: testStore(() => ({ error })), routes: uploadRoutes, isCompat },
    });
    const answer = await send(`${service.url}/batch-upload`, files(["a", "b"]));
    expect(answer.status).toBe(status);
    expect(answer.body.data).toMatchObject({ totalUploaded: 0, totalFailed: 2 });
  });

  test.each([
    ["no files", [path("x")], "no files provided. Use 'files' as the form-data field name"],
    [
      "101 files",
      files(Array.from({ length: 101 }, (_, index) => `${index}`)),
      "maximum 100 files allowed per batch",
    ],
  ])("of %s is 400", async (_what, parts, message) => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes });
    const { status, body } = await send(`${service.url}/batch-upload`, parts);
    expect([status, body.error_message]).toEqual([400, message]);
    expect(store.contents.size).toBe(0);
  });
});

describe("with --compat the original's answers come back", () => {
  test.each([
    ["/upload", [path("x")], 500, "Failed to retrieve uploaded file: http: no such file"],
    ["/batch-upload", [], 400, "no files provided. Use 'files' as the form-data field name"],
  ])("%s without files", async (route, parts, status, message) => {
    const store = testStore();
    await using service = transferService({ store, routes: uploadRoutes, isCompat: true });
    const answer = await send(`${service.url}${route}`, parts);
    expect([answer.status, answer.body.response_code, answer.body.error_message]).toEqual([
      status,
      500,
      message,
    ]);
  });
});
