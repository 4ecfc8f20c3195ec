import { describe, expect, test } from "bun:test";
import {
  type ObjectStore,
  ObjectStoreError,
  type ObjectStoreErrorCode,
} from "@breakwater/object-store";
import { type HeldStore, heldStore } from "./testing/held-store.ts";
import { TEST_ID, type TestService, testService } from "./testing/test-service.ts";

const timestamp = "2025-07-12T13:20:00.155Z";

async function answerOf(
  { send }: TestService,
  request: string,
  headers?: Readonly<Record<string, string>>,
): Promise<{ status: number; fields: Readonly<Record<string, string | undefined>>; text: string }> {
  const exchange = send(request, headers);
  const { head } = await exchange.done;
  const fields = Object.fromEntries(head?.fields ?? []);
  return { status: head?.status ?? 0, fields, text: exchange.text() };
}

/** Takes what it is given unread, and holds up the end of an upload. */
function unreadStore(): { store: ObjectStore; reached: Promise<void>; release: () => void } {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const hold = async (): Promise<{ etag: string }> => {
    reached.resolve();
    await released.promise;
    return { etag: "e" };
  };
  const putPart = async (partNumber: number): Promise<object> => ({ partNumber, etag: "e" });
  const store: object = {
    put: hold,
    startUpload: async () => ({ putPart, complete: hold }),
    delete: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  return { store: store as ObjectStore, reached: reached.promise, release: released.resolve };
}

describe("a test that passes", () => {
  test.each([
    ["POST /upload", 11_353, "90.20 MB/s"],
    ["POST /upload-single", 24_460, "41.86 MB/s"],
  ])("%s answers exactly as the seed, with its figures", async (request, ms, uploadSpeed) => {
    const { store, reached, release } = unreadStore();
    const sizes = { bytes: 2 ** 30, parts: 10, parallel: 5 };
    const service = testService({ store, sizes });
    const answering = answerOf(service, request);
    await reached;
    await service.clock.advanceTo(ms);
    release();
    const { status, text, fields } = await answering;
    const fileKey = `speed-test/${TEST_ID}`;
    const body = { success: true, uploadTime: ms, uploadSpeed, fileKey, timestamp };
    expect([status, fields["content-type"], text]).toEqual([
      200,
      "application/json",
      JSON.stringify(body),
    ]);
  });

  test("the concurrent one sends ten parts, five at a time, and deletes the object", async () => {
    const held = heldStore({ hold: "UploadPart" });
    const service = testService({ store: held.store });
    const answering = answerOf(service, "POST /upload");
    await held.reached;
    held.release();
    const { status } = await answering;
    const operations = held.store.calls.map(({ operation }) => operation);
    expect([status, held.mostAtOnce(), operations]).toEqual([
      200,
      5,
      [
        "CreateMultipartUpload",
        ...Array.from({ length: 10 }, () => "UploadPart"),
        "CompleteMultipartUpload",
        "DeleteObject",
      ],
    ]);
    expect(held.store.contents.size).toBe(0);
  });

  test("the single one sends one request and deletes the object", async () => {
    const { store } = heldStore({});
    const { status } = await answerOf(testService({ store }), "POST /upload-single");
    const operations = store.calls.map(({ operation }) => operation);
    expect([status, operations]).toEqual([200, ["PutObject", "DeleteObject"]]);
  });

  test.each(["POST /upload", "POST /upload-single"])("%s keeps it if asked to", async (request) => {
    const { store } = heldStore({});
    const { text } = await answerOf(testService({ store, keep: true }), request);
    const kept = store.contents.get(JSON.parse(text).fileKey);
    expect([store.contents.size, kept?.bytes.length]).toEqual([1, 100_000]);
  });

  test("it passes where the object cannot be deleted, and the log names it", async () => {
    const error = new ObjectStoreError("access_denied", "No deleting");
    const faults = ({ operation }: { readonly operation: string }) =>
      operation === "DeleteObject" ? { error } : undefined;
    const service = testService({ store: heldStore({ faults }).store });
    const { status } = await answerOf(service, "POST /upload");
    expect([status, await service.log()]).toEqual([
      200,
      expect.stringContaining(`"file_key":"speed-test/${TEST_ID}"`),
    ]);
  });
});

describe("a test that fails", () => {
  const faultOf = (
    code: ObjectStoreErrorCode,
    operation: string,
    when: "before" | "after" = "before",
  ): HeldStore => {
    const detail = "what the store said";
    const error = new ObjectStoreError(code, "The store is out of sorts", { detail });
    const fault = { error, when } as const;
    return heldStore({ faults: (call) => (call.operation === operation ? fault : undefined) });
  };

  test.each([
    ["access_denied", 500, "Upload failed: 403 - Access Denied"],
    ["no_such_bucket", 500, "Upload failed: 404 - The specified bucket does not exist"],
    ["overloaded", 503, "Upload failed: 503 - Slow Down"],
    ["unreachable", 502, "Upload failed: The store is out of sorts"],
    ["timeout", 504, "Upload failed: The store is out of sorts"],
    ["store_full", 507, "Upload failed: The store is out of sorts"],
    ["store_failed", 502, "Upload failed: The store is out of sorts"],
  ] as const)("%s answers %d exactly as the seed", async (code, status, error) => {
    const service = testService({ store: faultOf(code, "CreateMultipartUpload").store });
    const answer = await answerOf(service, "POST /upload");
    const body = { success: false, error, errorName: "Error", timestamp };
    expect([answer.status, answer.fields["x-error-code"], answer.text]).toEqual([
      status,
      code,
      JSON.stringify(body),
    ]);
    expect(await service.log()).toContain("what the store said");
  });

  test("a store whose settings are missing is a failed test, too", async () => {
    const service = testService({
      store: () => {
        throw new ObjectStoreError("bad_request", "Cannot reach a store without its bucket");
      },
    });
    const { status, text } = await answerOf(service, "POST /upload");
    expect([status, JSON.parse(text).error]).toEqual([
      500,
      "Upload failed: Cannot reach a store without its bucket",
    ]);
  });

  test.each([
    ["POST /upload", "UploadPart", "before"],
    ["POST /upload", "UploadPart", "after"],
    ["POST /upload", "CompleteMultipartUpload", "before"],
    ["POST /upload", "CompleteMultipartUpload", "after"],
    ["POST /upload-single", "PutObject", "before"],
    ["POST /upload-single", "PutObject", "after"],
  ] as const)(
    "%s leaves nothing behind when %s fails %s it is done",
    async (request, operation, when) => {
      const { store } = faultOf("store_failed", operation, when);
      const { status } = await answerOf(testService({ store, keep: true }), request);
      expect([status, store.contents.size, await store.unfinishedUploads()]).toEqual([502, 0, []]);
    },
  );

  test("no part is sent after one has failed", async () => {
    const { store } = faultOf("store_failed", "UploadPart");
    await answerOf(testService({ store }), "POST /upload");
    expect(store.calls.filter(({ operation }) => operation === "UploadPart")).toHaveLength(5);
  });

  test("only with debug the answer has the code, what the store said, and the stack", async () => {
    const { store } = faultOf("store_failed", "PutObject");
    const { text } = await answerOf(testService({ store, debug: true }), "POST /upload-single");
    expect(JSON.parse(text)).toEqual({
      success: false,
      error: "Upload failed: The store is out of sorts",
      errorName: "Error",
      timestamp,
      code: "store_failed",
      detail: "what the store said",
      stack: expect.stringContaining("storage-routes.test.ts"),
    });
  });
});

describe("one test at a time", () => {
  test.each(["POST /upload", "POST /upload-single"])(
    "%s is told 409 meanwhile",
    async (request) => {
      const held = heldStore({ hold: "PutObject" });
      const service = testService({ store: held.store });
      const first = answerOf(service, "POST /upload-single");
      await held.reached;
      const second = await answerOf(service, request);
      held.release();
      const error = "Cannot run two tests at once: wait until the other one is done";
      const body = { success: false, error, errorName: "Error", timestamp };
      expect([second.status, second.fields["x-error-code"], second.text]).toEqual([
        409,
        "test_running",
        JSON.stringify(body),
      ]);
      expect((await first).status).toBe(200);
      expect((await answerOf(service, request)).status).toBe(200);
    },
  );

  test.each([
    ["POST /upload", "UploadPart"],
    ["POST /upload-single", "PutObject"],
  ])("a client that goes away cancels %s, of which nothing is left", async (request, hold) => {
    const held = heldStore({ hold });
    const service = testService({ store: held.store, keep: true });
    const exchange = service.send(request);
    await held.reached;
    exchange.goAway();
    await service.desk.idle();
    const { store } = held;
    expect([store.contents.size, await store.unfinishedUploads()]).toEqual([0, []]);
    expect(service.desk.state.results).toMatchObject([
      { success: false, error: "Upload failed: Cancelled" },
    ]);
  });
});

describe("who may ask", () => {
  const guarded = [
    "POST /upload",
    "POST /upload-single",
    "GET /generate",
    "GET /env",
    "GET /events",
  ];

  test.each(guarded)("%s asks for the token", async (request) => {
    const { store } = heldStore({});
    const service = testService({ store, token: "s3cret" });
    const [without, wrong] = [
      await answerOf(service, request),
      await answerOf(service, request, { authorization: "Bearer s3cre" }),
    ];
    expect([without.status, wrong.status, store.calls]).toEqual([401, 401, []]);
  });

  test("with the token there is an answer", async () => {
    const service = testService({ store: heldStore({}).store, token: "s3cret" });
    const authorization = "Bearer s3cret";
    expect((await answerOf(service, "GET /env", { authorization })).status).toBe(200);
    expect((await answerOf(service, "POST /upload", { authorization })).status).toBe(200);
  });

  test.each(["GET /", "GET /page.js", "GET /page.css", "GET /chart.js", "GET /chart.css"])(
    "%s is for everyone",
    async (request) => {
      const service = testService({ store: heldStore({}).store, token: "s3cret" });
      const { status, text } = await answerOf(service, request, { accept: "text/html" });
      expect([status, text.length > 100]).toEqual([200, true]);
    },
  );

  test.each([
    ["cross-site", 403],
    ["same-site", 403],
    ["same-origin", 200],
    ["none", 200],
  ])("a browser's request from %s gets %d", async (site, want) => {
    const service = testService({ store: heldStore({}).store });
    const { status } = await answerOf(service, "POST /upload", { "sec-fetch-site": site });
    expect(status).toBe(want);
  });
});

describe("what else it answers", () => {
  test("GET /env says which names are set and shows no value", async () => {
    const environment = {
      AWS_ACCESS_KEY_ID: "AKIDVALUE",
      AWS_SECRET_ACCESS_KEY: "SECRETVALUE",
      AWS_REGION: "",
      S3_BUCKET: "BUCKETVALUE",
      HOME: "/root",
    };
    const { text } = await answerOf(
      testService({ store: heldStore({}).store, environment }),
      "GET /env",
    );
    expect(JSON.parse(text)).toEqual({
      AWS_ACCESS_KEY_ID: "set",
      AWS_SECRET_ACCESS_KEY: "set",
      AWS_ENDPOINT_URL_S3: "missing",
      AWS_REGION: "missing",
      S3_BUCKET: "set",
    });
    expect(text).not.toContain("VALUE");
  });

  test("GET / tells programs the status and what there is", async () => {
    const held = heldStore({ hold: "PutObject" });
    const sizes = { bytes: 2 ** 30, parts: 10, parallel: 5 };
    const service = testService({ store: held.store, sizes });
    const before = await answerOf(service, "GET /", { accept: "*/*" });
    const running = service.send("POST /upload-single");
    await held.reached;
    const during = await answerOf(service, "GET /");
    running.goAway();
    await service.desk.idle();
    expect([before.fields["content-type"], before.fields.vary]).toEqual([
      "application/json",
      "accept",
    ]);
    expect(JSON.parse(before.text)).toEqual({
      status: "ready",
      endpoints: {
        "POST /upload": "Upload 1 GB in 10 parts, 5 at a time",
        "POST /upload-single": "Upload 1 GB in one request",
        "GET /": "This, or a page for browsers",
        "GET /generate": "Download 1 GB of test data, or ?size=10M",
        "GET /env": "Which environment variables are set",
        "GET /events": "Progress and results as server-sent events",
      },
      timestamp,
    });
    expect(JSON.parse(during.text).status).toBe("testing");
  });

  test("GET / gives browsers the page, whose parts they need not fetch twice", async () => {
    const service = testService({ store: heldStore({}).store });
    const accept = "text/html,application/xhtml+xml,*/*;q=0.8";
    const page = await answerOf(service, "GET /", { accept });
    const etag = page.fields.etag ?? "";
    const again = await answerOf(service, "GET /", { accept, "if-none-match": etag });
    expect([page.status, page.fields["content-type"], again.status]).toEqual([
      200,
      "text/html; charset=utf-8",
      304,
    ]);
    expect(page.text).toStartWith("<!doctype html>");
  });
});
