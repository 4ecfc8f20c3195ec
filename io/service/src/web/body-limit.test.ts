import { describe, expect, test } from "bun:test";
import type { FakeRequest } from "@breakwater/http-server/testing";
import type { Call, CallHandler, Stage } from "../call.ts";
import { rewrittenCall } from "../rewritten-call.ts";
import { ask } from "../testing/index.ts";
import { bodyLimit } from "./body-limit.ts";
import { type ReadLimits, type ReadResult, readJson, readText } from "./read-body.ts";

/** As it is when it comes in chunks, whose length nobody has said. */
const unannounced: Stage = (next) => (call) => next(withoutLength(call));

function withoutLength(call: Call): Call {
  const request = { ...call.request, contentLength: undefined };
  const same = rewrittenCall(call, { begin: (head) => call.begin(head) });
  return new Proxy(same, {
    get: (_target, name) => {
      if (name === "request") return request;
      const value: unknown = Reflect.get(same, name, same);
      return typeof value === "function" ? value.bind(same) : value;
    },
  });
}

const parts = (...texts: readonly string[]) => texts.map((text) => new TextEncoder().encode(text));

/** Answers with what it read, and notes how that went. */
function echo(log: string[] = []): CallHandler {
  return async (call) => {
    const read = await readText(call, { maxBytes: 1000 });
    log.push(JSON.stringify(read));
    if (read.ok) call.respond({ status: 200, body: read.value });
  };
}

describe("a body that is too long", () => {
  test("is refused before the handler when its length is announced", async () => {
    const log: string[] = [];
    const { status, text } = await ask(
      { body: "123456" },
      { stages: [bodyLimit(5)], handler: echo(log) },
    );
    expect([status, log]).toEqual([413, []]);
    expect(JSON.parse(text)).toMatchObject({
      code: "body_too_large",
      detail: "Cannot take a body of more than 5 bytes: send less",
    });
  });

  test("is refused while it comes when it is not", async () => {
    const signals: AbortSignal[] = [];
    const log: string[] = [];
    const handler: CallHandler = (call) => {
      signals.push(call.signal);
      call.readBody({
        onData: (bytes) => log.push(`data ${bytes.length}`),
        onEnd: () => log.push("end"),
        onAbort: () => log.push("abort"),
      });
    };
    const { status } = await ask(
      { body: parts("123", "456", "789") },
      { stages: [unannounced, bodyLimit(5)], handler },
    );
    expect([status, log, signals[0]?.aborted]).toEqual([413, ["data 3", "abort"], true]);
  });
});

test.each([
  ["announced", []],
  ["unannounced", [unannounced]],
])("a body that is as long as may be is read (%s)", async (_how, stages) => {
  const request = { body: parts("123", "45") };
  const { status, text } = await ask(request, {
    stages: [...stages, bodyLimit(5)],
    handler: echo(),
  });
  expect([status, text]).toEqual([200, "12345"]);
});

describe("reading", () => {
  const json = (body: FakeRequest["body"], type = "application/json"): FakeRequest => ({
    headers: [["Content-Type", type]],
    ...(body !== undefined && { body }),
  });
  const read = async (
    request: FakeRequest,
    how: (call: Call, limits: ReadLimits) => Promise<ReadResult<unknown>> = readJson,
  ) => {
    const handler: CallHandler = async (call) => {
      const result = await how(call, { maxBytes: 20 });
      if (result.ok) call.respond({ status: 200, body: JSON.stringify(result.value) });
    };
    const { status, text } = await ask(request, { stages: [], handler });
    const { code, detail } = status === 200 ? { code: text } : JSON.parse(text);
    return [status, code, detail];
  };

  test.each([
    ['{"a":1}', "application/json"],
    ['{"a":1}', "Application/JSON; charset=utf-8"],
    ['{"a":1}', "application/merge-patch+json"],
  ])("%s of %s is JSON", async (body, type) => {
    expect(await read(json(body, type))).toEqual([200, body, undefined]);
  });

  test.each<[string, FakeRequest, number, string]>([
    ["no type", { body: "{}" }, 415, "unsupported_media_type"],
    ["another type", json("{}", "text/plain"), 415, "unsupported_media_type"],
    ["what only begins alike", json("{}", "application/jsonp"), 415, "unsupported_media_type"],
    ["not JSON", json("{"), 400, "malformed_json"],
    ["nothing", json(undefined), 400, "malformed_json"],
    ["not UTF-8", json([new Uint8Array([0x22, 0xff, 0x22])]), 400, "malformed_text"],
    ["more than may be", json(`"${"x".repeat(20)}"`), 413, "body_too_large"],
    [
      "compressed",
      {
        ...json("{}"),
        headers: [
          ["Content-Type", "application/json"],
          ["Content-Encoding", "br"],
        ],
      },
      415,
      "unsupported_content_encoding",
    ],
  ])("%s is answered", async (_what, request, status, code) => {
    expect(await read(request)).toEqual([status, code, expect.stringMatching(/^Cannot /)]);
  });

  test("text needs no type", async () => {
    expect(await read({ body: "ä" }, readText)).toEqual([200, '"ä"', undefined]);
  });

  test("a client that goes away ends the reading, and is not answered", async () => {
    const results: unknown[] = [];
    const gone: Stage = (next) => (call) =>
      next(
        rewrittenCall(call, {
          begin: (head) => call.begin(head),
          readBody: (reader) => reader.onAbort(),
        }),
      );
    const handler: CallHandler = async (call) => {
      results.push(await readText(call, { maxBytes: 20 }));
    };
    const { status } = await ask({ body: "x" }, { stages: [gone], handler });
    expect([status, results]).toEqual([400, [{ ok: false }]]);
  });
});

test("a limit that cannot be is refused", () => {
  expect(() => bodyLimit(-1)).toThrow("Cannot use body limit -1: it takes a whole number");
});
