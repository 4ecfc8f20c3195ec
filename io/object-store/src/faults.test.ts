import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import type { Exchange } from "@breakwater/http-server";
import type { ObjectStore } from "./object-store.ts";
import type { ObservedCall } from "./observed-call.ts";
import { usualRetry } from "./s3-options.ts";
import { caught } from "./testing/caught.ts";
import { refuseWith, type SeenRequest, scriptedStore } from "./testing/scripted-store.ts";
import { testStore } from "./testing/test-store.ts";

const fine = (exchange: Exchange): void =>
  exchange.respond({ status: 200, fields: [["ETag", '"e"']] });
/** Tried again at once. */
const retry = { ...usualRetry, baseDelayMs: 0, maxDelayMs: 0 };
const once = { ...retry, maxAttempts: 1 };

describe("what passes", () => {
  test.each<[string, (exchange: Exchange) => void, string]>([
    ["SlowDown", (exchange) => refuseWith(exchange, [503, "SlowDown"]), "SlowDown"],
    ["InternalError", (exchange) => refuseWith(exchange, [500, "InternalError"]), "InternalError"],
    [
      "RequestTimeout",
      (exchange) => refuseWith(exchange, [400, "RequestTimeout"]),
      "RequestTimeout",
    ],
    ["a 429", (exchange) => exchange.respond({ status: 429, body: "slower" }), "429"],
    ["a proxy's 502", (exchange) => exchange.respond({ status: 502, body: "<html>no" }), "502"],
    ["a reset connection", (exchange) => exchange.reset(), "reset"],
  ])("is %s: the call is made again", async (_what, fault, errorCode) => {
    await using server = scriptedStore({
      answer: (exchange, { ordinal }) => (ordinal === 1 ? fault(exchange) : fine(exchange)),
    });
    const observed: ObservedCall[] = [];
    const observe = (call: ObservedCall): void => void observed.push(call);
    await using store = testStore({ endpoint: server.url, retry, observe });
    expect(await store.put("key", "text")).toEqual({ etag: "e" });
    expect(observed.map((call) => [call.attempt, call.errorCode])).toEqual([
      [1, errorCode],
      [2, undefined],
    ]);
    expect(server.requests.map(({ body }) => Buffer.from(body).toString())).toEqual([
      "text",
      "text",
    ]);
  });

  test("is not for ever: after so many attempts it counts", async () => {
    await using server = scriptedStore({
      answer: (exchange) => refuseWith(exchange, [503, "SlowDown"]),
    });
    await using store = testStore({ endpoint: server.url, retry });
    const error = await caught(store.get("key"));
    expect(error).toMatchObject({ code: "overloaded", attempts: 4 });
    expect(error.detail).toBe("SlowDown: No, SlowDown (request R1)");
    expect(server.requests.length).toBe(4);
  });

  test("is not tried by everybody: all calls share a budget", async () => {
    await using server = scriptedStore({
      answer: (exchange) => refuseWith(exchange, [503, "SlowDown"]),
    });
    const budget = { ...retry, budgetShare: 0.1, budgetReserve: 5 };
    await using store = testStore({ endpoint: server.url, retry: budget });
    for (let call = 0; call < 100; call += 1) {
      expect((await caught(store.head(`key ${call}`))).code).toBe("overloaded");
    }
    expect(server.requests.length).toBeGreaterThanOrEqual(110);
    expect(server.requests.length).toBeLessThanOrEqual(116);
  });

  test("is waited for as long as the store asks", async () => {
    const clock = new FakeClock();
    const times: number[] = [];
    await using server = scriptedStore({
      answer: (exchange, { ordinal }) => {
        times.push(clock.nowMs());
        if (ordinal > 1) fine(exchange);
        else refuseWith(exchange, [503, "SlowDown"], [["Retry-After", "2"]]);
      },
    });
    await using store = testStore({ endpoint: server.url, clock, retry: usualRetry });
    const ticking = tick(clock);
    await store.put("key", "text");
    ticking.stop();
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(2000);
    expect(times[1]! - times[0]!).toBeLessThan(3000);
  });
});

test.each<[number, string, string]>([
  [403, "AccessDenied", "access_denied"],
  [403, "SignatureDoesNotMatch", "access_denied"],
  [404, "NoSuchBucket", "no_such_bucket"],
  [412, "PreconditionFailed", "precondition_failed"],
  [413, "EntityTooLarge", "bad_size"],
  [400, "BadDigest", "corrupted"],
  [507, "StorageFull", "store_full"],
  [501, "NotImplemented", "store_failed"],
  [418, "Whatever", "bad_request"],
])("%d %s fails at once as %s", async (status, code, expected) => {
  await using server = scriptedStore({
    answer: (exchange) => refuseWith(exchange, [status, code]),
  });
  await using store = testStore({ endpoint: server.url, retry });
  const error = await caught(store.put("key", "text"));
  expect(error).toMatchObject({ code: expected, attempts: 1 });
  expect(error.message).toBe(`Cannot PutObject "key" in bucket: the store says ${code}`);
  expect(JSON.stringify([error, error.message, error.stack])).not.toContain("the-secret");
  expect(server.requests.length).toBe(1);
});

test("nobody there is unreachable, after all attempts", async () => {
  const server = scriptedStore({ answer: fine });
  const { url } = server;
  await server[Symbol.asyncDispose]();
  await using store = testStore({ endpoint: url, retry });
  expect(await caught(store.list())).toMatchObject({ code: "unreachable", attempts: 4 });
});

describe("a body that is read", () => {
  const bytes = 1_000_000;
  const cut = async (store: ObjectStore): Promise<unknown> => {
    const found = await store.get("key");
    return found!.toBytes();
  };

  test("and breaks off is corrupted, and the store goes on", async () => {
    await using server = scriptedStore({
      answer: (exchange, { ordinal }) => {
        if (ordinal > 1) return fine(exchange);
        const body = exchange.begin({ status: 200, contentLength: bytes });
        body.write(new Uint8Array(bytes / 2));
        body.abort();
      },
    });
    await using store = testStore({ endpoint: server.url, retry });
    expect((await caught(cut(store))).code).toBe("corrupted");
    await store.put("key", "text");
  });

  test.each(["stream", "bytes"])("and came changed is corrupted, as a %s", async (how) => {
    const fields = [["x-amz-checksum-crc32", "AAAAAA=="]] as const;
    await using server = scriptedStore({
      answer: (exchange) => exchange.respond({ status: 200, fields, body: "text" }),
    });
    await using store = testStore({ endpoint: server.url, retry });
    const found = await store.get("key");
    const read = how === "bytes" ? found!.toBytes() : Array.fromAsync(found!.body);
    const error = await caught(read);
    expect(error.code).toBe("corrupted");
    expect(error.message).toContain("CRC32");
  });

  test("without a length is no object", async () => {
    await using server = scriptedStore({
      answer: (exchange) => exchange.begin({ status: 200 }).end(),
    });
    await using store = testStore({ endpoint: server.url, retry });
    expect((await caught(store.get("key"))).code).toBe("store_failed");
  });

  test("slowly is not fetched faster", async () => {
    const sent = { bytes: 0 };
    const total = 256 * 1_048_576;
    const piece = new Uint8Array(262_144);
    await using server = scriptedStore({
      answer: (exchange) => {
        const body = exchange.begin({ status: 200, contentLength: total });
        const feed = (): void => {
          while (sent.bytes < total) {
            sent.bytes += piece.length;
            if (!body.write(piece)) return;
          }
          body.end();
        };
        body.onDrain(feed);
        feed();
      },
    });
    await using store = testStore({ endpoint: server.url, retry });
    const found = await store.get("key");
    const reader = found!.body.getReader();
    await reader.read();
    for (let still = 0, last = -1; still < 500; still += 1) {
      if (sent.bytes !== last) still = 0;
      last = sent.bytes;
      await new Promise(setImmediate);
    }
    expect(sent.bytes).toBeLessThan(32 * 1_048_576);
    await reader.cancel();
  });

  test.each([
    [100_000, 1],
    [50_000_000, 2],
  ])("and given up with %d bytes to come needs %d connections", async (length, connections) => {
    await using server = scriptedStore({
      answer: (exchange, { ordinal }) =>
        ordinal > 1
          ? fine(exchange)
          : exchange.respond({ status: 200, body: new Uint8Array(length) }),
    });
    await using store = testStore({ endpoint: server.url, retry, maxConnections: 1 });
    await (await store.get("key"))!.body.cancel();
    await store.put("key", "text");
    expect(server.connections).toBe(connections);
  });
});

describe("a body that is sent", () => {
  const text = "x".repeat(3_000_000);
  const resetsFirst = {
    answer: fine,
    onHead: (exchange: Exchange, ordinal: number): boolean => {
      if (ordinal === 1) exchange.reset();
      return ordinal === 1;
    },
  };

  test("and breaks off is sent again", async () => {
    await using server = scriptedStore(resetsFirst);
    await using store = testStore({ endpoint: server.url, retry });
    await store.put("key", text);
    expect(server.requests[0]!.body.length).toBe(text.length);
  });

  test.each([
    [2, undefined],
    [1, "unreachable"],
  ])("from a stream of which there are %d gives %p", async (streams, code) => {
    await using server = scriptedStore(resetsFirst);
    await using store = testStore({ endpoint: server.url, retry });
    let left = streams;
    const open = () => {
      left -= 1;
      return left < 0 ? undefined : new Blob([text]).stream();
    };
    const error = await store.put("key", { bytes: text.length, open }).then(
      () => undefined,
      (thrown: { readonly code: string }) => thrown.code,
    );
    expect(error).toBe(code);
    expect(server.requests.length).toBe(streams - 1);
  });
});

describe("a document", () => {
  test.each([
    ["is no XML", "so what"],
    ["is another", "<Other/>"],
    ["is cut short", "<ListBucketResult><IsTruncated>false"],
    ["lacks what must be there", "<ListBucketResult><Contents/></ListBucketResult>"],
    ["is too long", `<ListBucketResult>${" ".repeat(17 * 1_048_576)}</ListBucketResult>`],
  ])("that %s is the store's failure", async (_what, body) => {
    await using server = scriptedStore({
      answer: (exchange) => exchange.respond({ status: 200, body }),
    });
    await using store = testStore({ endpoint: server.url, retry });
    const error = await caught(store.list());
    expect(error.code).toBe("store_failed");
    expect(server.requests.length).toBe(1);
  });
});

describe("a completion", () => {
  const etag = "900150983cd24fb0d6963f7d28e17f72";
  const parts = [{ partNumber: 1, etag, bytes: 3 }];
  const combined = "af5da9f45af7a300e3aded972f8ff687-1";
  const done = `<CompleteMultipartUploadResult><ETag>"${combined}"</ETag></CompleteMultipartUploadResult>`;
  const failed = "<Error><Code>InternalError</Code><Message>Oh</Message></Error>";

  test("that is a 200 with an error is made again", async () => {
    await using server = scriptedStore({
      answer: (exchange, { ordinal }) =>
        exchange.respond({
          status: 200,
          body: `\n  \n<?xml version="1.0"?>${ordinal === 1 ? failed : done}`,
        }),
    });
    await using store = testStore({ endpoint: server.url, retry });
    expect(await store.upload("key", "id").complete(parts)).toEqual({ etag: combined });
    expect(server.requests.length).toBe(2);
  });

  test("that stays an error is the store's failure", async () => {
    await using server = scriptedStore({
      answer: (exchange) => exchange.respond({ status: 200, body: failed }),
    });
    await using store = testStore({ endpoint: server.url, retry });
    const error = await caught(store.upload("key", "id").complete(parts));
    expect(error).toMatchObject({ code: "store_failed", attempts: 4 });
  });

  test.each([
    ["is there", combined, undefined],
    ["is another", "0".repeat(32), "no_such_upload"],
  ])("whose answer was lost is done if the object %s", async (_what, found, code) => {
    await using server = scriptedStore({
      answer: (exchange, { ordinal, method }) => {
        if (ordinal === 1) exchange.reset();
        else if (method === "POST") refuseWith(exchange, [404, "NoSuchUpload"]);
        else exchange.respond({ status: 200, fields: [["ETag", `"${found}"`]] });
      },
    });
    await using store = testStore({ endpoint: server.url, retry });
    const completing = store.upload("key", "id").complete(parts);
    const result = await completing.catch((error: { readonly code: string }) => error.code);
    expect<unknown>(result).toEqual(code ?? { etag: combined });
    expect(server.requests.map(({ method }) => method)).toEqual(["POST", "POST", "HEAD"]);
  });
});

test.each([
  ["has just these bytes", "1cb251ec0d568de6a929b520c4aed8d1", undefined],
  ["is another's", "0".repeat(32), "precondition_failed"],
])("a put that was to be the first is done if the object %s", async (_what, found, code) => {
  await using server = scriptedStore({
    answer: (exchange, { ordinal, method }) => {
      if (ordinal === 1) exchange.reset();
      else if (method === "PUT") refuseWith(exchange, [412, "PreconditionFailed"]);
      else exchange.respond({ status: 200, fields: [["ETag", `"${found}"`]] });
    },
  });
  await using store = testStore({ endpoint: server.url, retry });
  const putting = store.put("key", "text", { ifNoneMatch: "*" });
  const result = await putting.catch((error: { readonly code: string }) => error.code);
  expect<unknown>(result).toEqual(code ?? { etag: found });
  expect(server.requests.map(({ method }) => method)).toEqual(["PUT", "PUT", "HEAD"]);
});

test("a clock that goes wrong is set by the store's, once", async () => {
  await using server = scriptedStore({
    answer: (exchange, request) => {
      const isNow = Math.abs(signedMs(request) - Date.now()) < 60_000;
      if (isNow) fine(exchange);
      else refuseWith(exchange, [403, "RequestTimeTooSkewed"]);
    },
  });
  const epochMs = () => Date.now() - 3_600_000;
  await using store = testStore({ endpoint: server.url, retry: once, epochMs });
  await store.put("one", "text");
  await store.put("two", "text");
  expect(server.requests.length).toBe(3);
});

describe("a bucket that is elsewhere", () => {
  test.each([
    [301, "PermanentRedirect", "<Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint>", "bad_request"],
    [307, "TemporaryRedirect", "<Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint>", "bad_request"],
    [400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>", "access_denied"],
  ])("(%d %s) is said to be", async (status, code, hint, expected) => {
    await using server = scriptedStore({
      answer: (exchange) =>
        exchange.respond({
          status,
          fields: [["x-amz-bucket-region", "eu-west-1"]],
          body: `<Error><Code>${code}</Code><Message>No</Message>${hint}</Error>`,
        }),
    });
    await using store = testStore({ endpoint: server.url, retry });
    const error = await caught(store.list());
    expect<string>(error.code).toBe(expected);
    expect(error.message).toContain("the region eu-west-1");
    expect(server.requests.length).toBe(1);
  });
});

/** Advances a clock as long as the test needs it, turn by turn of the event loop. */
function tick(clock: FakeClock): { stop(): void } {
  let isRunning = true;
  const run = async (): Promise<void> => {
    while (isRunning) {
      await clock.advanceTo(clock.nowMs() + 10);
      await new Promise(setImmediate);
    }
  };
  void run();
  return {
    stop: () => {
      isRunning = false;
    },
  };
}

/** "20260101T000000Z" */
function signedMs({ header }: SeenRequest): number {
  const text = header("x-amz-date")!.replace(
    /^(....)(..)(..)T(..)(..)(..)Z$/,
    "$1-$2-$3T$4:$5:$6Z",
  );
  return Date.parse(text);
}
