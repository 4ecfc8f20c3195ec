import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { certificates } from "@breakwater/http-client/testing";
import type { Exchange } from "@breakwater/http-server";
import { retryDelayMs } from "./client/retry-budget.ts";
import type { ObservedCall } from "./observed-call.ts";
import { s3ObjectStore } from "./s3-object-store.ts";
import { type S3ObjectStoreOptions, usualRetry } from "./s3-options.ts";
import { caught } from "./testing/caught.ts";
import { refuseWith, scriptedStore } from "./testing/scripted-store.ts";
import { testOptions, testStore } from "./testing/test-store.ts";

const fine = (exchange: Exchange): void =>
  exchange.respond({ status: 200, fields: [["ETag", '"e"']] });
const once = { ...usualRetry, maxAttempts: 1 };

describe("a store that hangs", () => {
  test.each([
    ["before it answers", (_exchange: Exchange) => {}],
    [
      "in a document",
      (exchange: Exchange) =>
        exchange.begin({ status: 200, contentLength: 9 }).write(new Uint8Array(1)),
    ],
  ])("%s times out", async (_when, answer) => {
    const clock = new FakeClock();
    const { promise, resolve } = Promise.withResolvers<void>();
    await using server = scriptedStore({
      answer: (exchange) => {
        answer(exchange);
        resolve();
      },
    });
    await using store = testStore({ endpoint: server.url, clock, retry: once, timeoutMs: 1000 });
    const failure = caught(store.list());
    await promise;
    // What it sent may be on its way still.
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    await clock.advanceTo(900);
    await clock.advanceTo(2200);
    expect(await failure).toMatchObject({ code: "timeout", attempts: 1 });
  });

  test("can be given up, which ends that call alone", async () => {
    const held: Exchange[] = [];
    await using server = scriptedStore({ answer: (exchange) => void held.push(exchange) });
    await using store = testStore({ endpoint: server.url });
    const giveUp = new AbortController();
    const given = caught(store.put("one", "text", { signal: giveUp.signal }));
    const other = store.put("two", "text");
    while (held.length < 2) await new Promise(setImmediate);
    giveUp.abort(new Error("enough"));
    expect(await given).toMatchObject({ code: "aborted", cause: new Error("enough") });
    for (const exchange of held) fine(exchange);
    expect(await other).toEqual({ etag: "e" });
  });

  test("is left when our store is closed", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using server = scriptedStore({ answer: () => resolve() });
    const store = testStore({ endpoint: server.url, maxConnections: 1 });
    const failures = [caught(store.list()), caught(store.list())];
    await promise;
    await store[Symbol.asyncDispose]();
    const late = caught(store.list());
    const codes = (await Promise.all([...failures, late])).map(({ code }) => code);
    expect(codes).toEqual(["aborted", "aborted", "aborted"]);
  });
});

test("a wait before another attempt can be given up", async () => {
  const clock = new FakeClock();
  const { promise, resolve } = Promise.withResolvers<void>();
  await using server = scriptedStore({
    answer: (exchange) => {
      refuseWith(exchange, [503, "SlowDown"]);
      resolve();
    },
  });
  await using store = testStore({ endpoint: server.url, clock, random: () => 1 });
  const giveUp = new AbortController();
  const failure = caught(store.put("key", "text", { signal: giveUp.signal }));
  await promise;
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  giveUp.abort();
  expect((await failure).code).toBe("aborted");
  expect(server.requests.length).toBe(1);
});

describe("connections", () => {
  test("are no more than was said, and used again", async () => {
    await using server = scriptedStore({ answer: fine });
    await using store = testStore({ endpoint: server.url, maxConnections: 3 });
    await Promise.all(Array.from({ length: 50 }, (_, index) => store.put(`${index}`, "text")));
    expect(server.requests.length).toBe(50);
    expect(server.connections).toBeLessThanOrEqual(3);
  });

  test("are waited for by so many calls, no more, and in their order", async () => {
    const held: Exchange[] = [];
    await using server = scriptedStore({
      answer: (exchange, { ordinal }) =>
        ordinal === 1 ? void held.push(exchange) : fine(exchange),
    });
    const options = { endpoint: server.url, maxConnections: 1, maxWaiting: 2 };
    await using store = testStore(options);
    const giveUp = new AbortController();
    const calls = [
      store.put("first", "text"),
      store.put("second", "text"),
      store.put("third", "text", { signal: giveUp.signal }),
    ];
    const tooMany = await caught(store.put("fourth", "text"));
    expect(tooMany.code).toBe("overloaded");
    expect(tooMany.message).toContain("1 calls are under way and 2 wait");
    giveUp.abort();
    expect((await caught(calls[2]!)).code).toBe("aborted");
    const fifth = store.put("fifth", "text");
    while (held.length === 0) await new Promise(setImmediate);
    fine(held[0]!);
    await Promise.all([calls[0], calls[1], fifth]);
    const targets = server.requests.map(({ target }) => target);
    expect(targets).toEqual(["/bucket/first", "/bucket/second", "/bucket/fifth"]);
  });

  test("may be TLS, whose certificate counts unless it is said not to", async () => {
    const tls = { certificate: certificates.localhost, key: certificates.key };
    await using server = scriptedStore({ answer: fine, tls });
    const endpoint = server.url.replace("127.0.0.1", "localhost");
    await using wary = testStore({ endpoint, retry: once });
    await using trusting = testStore({ endpoint, retry: once, verifyTls: false });
    expect((await caught(wary.put("key", "text"))).code).toBe("unreachable");
    expect(await trusting.put("key", "text")).toEqual({ etag: "e" });
  });
});

test("each attempt is told of, with its times", async () => {
  await using server = scriptedStore({
    answer: (exchange) => exchange.respond({ status: 200, body: "0123456789" }),
  });
  const observed: ObservedCall[] = [];
  await using store = testStore({
    endpoint: server.url,
    maxConnections: 1,
    observe: (call) => void observed.push(call),
  });
  await Promise.all(["one", "two"].map(async (key) => (await store.get(key))!.toBytes()));
  expect(observed).toMatchObject([
    { operation: "GetObject", key: "one", attempt: 1, status: 200, isReused: false },
    { operation: "GetObject", key: "two", attempt: 1, status: 200, isReused: true },
  ]);
  for (const call of observed) {
    const { startedMs, blockedMs, waitingMs, endedMs, bytesSent, bytesReceived } = call;
    expect(endedMs - startedMs).toBeGreaterThanOrEqual(blockedMs + waitingMs - 0.001);
    expect(bytesSent).toBeGreaterThan(100);
    expect(bytesReceived).toBeGreaterThan(10);
  }
  expect(observed[1]!.blockedMs).toBeGreaterThan(0);
});

test("many keys are deleted a thousand at a time; what the store would not delete is told", async () => {
  await using server = scriptedStore({
    answer: (exchange) =>
      exchange.respond({
        status: 200,
        body: "<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code><Message>No</Message></Error></DeleteResult>",
      }),
  });
  await using store = testStore({ endpoint: server.url });
  const keys = Array.from({ length: 2500 }, (_, index) => `key ${index}`);
  const failed = { key: "k", code: "AccessDenied", message: "No" };
  expect(await store.deleteMany(keys)).toEqual([failed, failed, failed]);
  const counts = server.requests.map(({ body }) => body.toString().split("<Object>").length - 1);
  expect(counts.toSorted((a, b) => b - a)).toEqual([1000, 1000, 500]);
  expect(server.requests[0]!.header("content-md5")).toHaveLength(24);
  expect(await store.deleteMany([])).toEqual([]);
});

test("a failed batch ends the others, and what gives keys is closed", async () => {
  await using server = scriptedStore({
    answer: (exchange) => refuseWith(exchange, [403, "AccessDenied"]),
  });
  await using store = testStore({ endpoint: server.url });
  let isClosed = false;
  async function* keys(): AsyncGenerator<string> {
    try {
      for (let index = 0; ; index += 1) {
        if (index % 1000 === 0) await new Promise(setImmediate);
        yield `key ${index}`;
      }
    } finally {
      isClosed = true;
    }
  }
  expect((await caught(store.deleteMany(keys()))).code).toBe("access_denied");
  expect(isClosed).toBe(true);
});

describe("options", () => {
  test.each<[Partial<S3ObjectStoreOptions>, string]>([
    [{ endpoint: "s3.test" }, 'Cannot use the endpoint "s3.test": give a URL'],
    [{ endpoint: "ftp://s3.test" }, "give a URL such as https://s3.example.com"],
    [{ endpoint: "http://s3.test/minio" }, "it must have no path"],
    [{ endpoint: "http://a:hidden@s3.test" }, "credentials are given by themselves"],
    [{ bucket: "No_Bucket" }, 'Cannot use the bucket "No_Bucket"'],
    [{ maxConnections: 0 }, "Cannot use the maxConnections 0"],
    [{ retry: { ...usualRetry, maxAttempts: 0.5 } }, "Cannot use the maxAttempts 0.5"],
    [{ region: "" }, "Cannot use the region"],
    [{ credentials: { accessKey: "a", secretKey: "hidden\n" } }, "Cannot use the secretKey"],
  ])("such as %j are refused", async (options, message) => {
    const refused = async () => s3ObjectStore(testOptions(options));
    const error = await caught(refused());
    expect(error.code).toBe("bad_request");
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("hidden");
  });

  test.each([
    [{ contentType: "text/ü" }, "content-type"],
    [{ contentDisposition: "a\r\nx: y" }, "content-disposition"],
    [{ metadata: { one: " spaced " } }, "x-amz-meta-one"],
    [{ metadata: { Upper: "x" } }, "x-amz-meta-Upper"],
  ])("of a put such as %j are refused", async (options, name) => {
    await using store = testStore({});
    const error = await caught(store.put("key", "text", options));
    expect(error.code).toBe("bad_request");
    expect(error.message).toContain(name);
  });

  test("of a session go with every request", async () => {
    await using server = scriptedStore({ answer: fine });
    const credentials = { accessKey: "key", secretKey: "the-secret", sessionToken: "token/1" };
    await using store = testStore({ endpoint: server.url, credentials });
    await store.put("key", "text");
    expect(server.requests[0]!.header("x-amz-security-token")).toBe("token/1");
  });
});

test("the waits between attempts double, are random, and bounded", () => {
  const delays = (random: number) =>
    [1, 2, 3, 4, 5, 6, 7].map((attempt) =>
      retryDelayMs(usualRetry, { attempt, retryAfterMs: undefined, random: () => random }),
    );
  expect(delays(0)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(delays(1)).toEqual([100, 200, 400, 800, 1600, 3200, 5000]);
  const asked = { attempt: 1, retryAfterMs: 3_600_000, random: () => 0 };
  expect(retryDelayMs(usualRetry, asked)).toBe(5000);
});

describe("a URL that is signed", () => {
  test.each([
    ["path", "http://s3.test:9000/bucket/a%20b/%2B?"],
    ["virtual", "http://bucket.s3.test:9000/a%20b/%2B?"],
  ] as const)("has the bucket in its %s", async (addressing, start) => {
    const options = { endpoint: "http://s3.test:9000", addressing, epochMs: () => 0 };
    await using store = testStore(options);
    const { presign } = store;
    const url = presign("a b/+", {
      method: "GET",
      expiresS: 60,
      contentDisposition: 'attachment; filename="x"',
    });
    expect(url).toStartWith(start);
    expect(url).toContain("X-Amz-Expires=60");
    expect(url).toContain("response-content-disposition=attachment%3B%20filename%3D%22x%22");
    expect(() => store.presign("key", { method: "GET", expiresS: 0 })).toThrow("presign for 0 s");
    expect(() => store.presign("", { method: "GET", expiresS: 1 })).toThrow("Cannot");
  });
});
