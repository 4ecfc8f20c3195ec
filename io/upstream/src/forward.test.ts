import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { type FakeExchange, fakeExchange } from "@breakwater/http-server/testing";
import { defaultLimits, HeadMemory } from "@breakwater/wire";
import type { Socket } from "bun";
import fc from "fast-check";
import { AnswerHeads } from "./answer-heads.ts";
import { Forward, type ForwardHost } from "./forward.ts";
import type { ForwardOptions, ForwardResult } from "./forward-options.ts";
import { RequestHeads } from "./request-heads.ts";
import { type ConnectionOwner, UpstreamConnection } from "./upstream-connection.ts";

const head = "HTTP/1.1 200 OK\r\nX-A: 1\r\nVia: 1.1 b\r\n";
const hello = "hello, world. ".repeat(9);
const chunked = (parts: readonly string[]): string =>
  parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("");

test.each([
  ["a length", `${head}Content-Length: ${hello.length}\r\n\r\n${hello}`],
  ["chunks", `${head}Transfer-Encoding: chunked\r\n\r\n${chunked(["a", hello, "b"])}0\r\n\r\n`],
  [
    "interim answers and trailers",
    `HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n${head}Transfer-Encoding: chunked\r\n\r\n` +
      `${chunked([hello, "b"])}0\r\nX-T: 1\r\n\r\n`,
  ],
  ["an end by FIN", `HTTP/1.0 200 OK\r\nX-A: 1\r\n\r\n${hello}`],
  ["no body", "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n"],
])("an answer with %s is the same however it is cut", (_what, text) => {
  const bytes = Buffer.from(text);
  const whole = answerTo([bytes], []);
  expect(whole.state).toBe("complete");
  const cuts = fc.array(fc.nat(bytes.length), { maxLength: 12 });
  const turns = fc.array(fc.nat(12), { maxLength: 6 });
  fc.assert(
    fc.property(cuts, turns, (at, turnsAfter) => {
      const places = [0, ...at.toSorted((a, b) => a - b), bytes.length];
      const parts = places.slice(1).map((to, index) => bytes.subarray(places[index]!, to));
      expect(answerTo(parts, turnsAfter)).toEqual(whole);
    }),
    { numRuns: 300 },
  );
});

test("a client is sent an answer that comes apart as one, if it comes soon", () => {
  const parts = ["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "hello", "world"];
  const bytes = parts.map((part) => Buffer.from(part));
  expect(run(bytes, []).exchange.answer.parts).toHaveLength(1);
  expect(run(bytes, [0]).exchange.answer.parts).toHaveLength(2);
});

test("many small chunks that come at once leave as one", () => {
  const start = Buffer.from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
  const many = Buffer.from(chunked(new Array(1000).fill("y")));
  const { exchange } = run([start, many, Buffer.from("0\r\n\r\n")], [0]);
  expect(exchange.answer.parts.map((part) => part.length)).toEqual([1, 1000]);
});

test.each([
  ["a length", ["hello"], "\r\n\r\nhello"],
  ["chunks", ["hel", "lo"], "\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
])("a head and a small body with %s are sent as one", async (_how, parts, end) => {
  const written: string[] = [];
  const exchange = fakeExchange({ body: parts.map((part) => Buffer.from(part)) });
  const { request } = exchange;
  const contentLength = parts.length === 1 ? request.contentLength : undefined;
  const unlike = Object.assign(exchange, { request: { ...request, contentLength } });
  const forward = forwardOf(unlike, [], {});
  new UpstreamConnection(owner, forward, 0).onOpen(socketTo(written));
  await new Promise(setImmediate);
  expect(written).toHaveLength(1);
  expect(written[0]).toEndWith(end);
});

test.each([
  ["GET", undefined],
  ["POST", "hello"],
] as const)("a %s of which nothing could be sent is tried once more", async (method, body) => {
  const written: string[] = [];
  const exchange = fakeExchange({ method, ...(body !== undefined && { body }) });
  const stale = staleConnection();
  const results: ForwardResult[] = [];
  const fresh = (forward: Forward): UpstreamConnection => {
    const connection = new UpstreamConnection(owner, forward, 0);
    queueMicrotask(() => connection.onOpen(socketTo(written)));
    return connection;
  };
  forwardOf(exchange, results, { fresh }).start(stale);
  await new Promise(setImmediate);
  expect(written).toHaveLength(1);
  expect(written[0]).toStartWith(`${method} / HTTP/1.1\r\n`);
  expect(written[0]).toEndWith(body === undefined ? "\r\n\r\n" : "\r\n\r\nhello");
  expect(stale.stage).toBe("closed");
  expect(results).toEqual([]);
});

test("a body of which a part was sent is not sent again", async () => {
  const parts = [Buffer.alloc(20_000), Buffer.alloc(20_000)];
  const exchange = fakeExchange({ method: "PUT", body: parts });
  const stale = staleConnection(1);
  const results: ForwardResult[] = [];
  forwardOf(exchange, results, {}).start(stale);
  await new Promise(setImmediate);
  expect([stale.stage, results]).toEqual(["busy", []]);
  stale.onGone("at once");
  expect(results).toEqual([{ kind: "failed", failure: "reset", status: 502 }]);
});

/** Has had an exchange, and takes so many writes more. */
function staleConnection(writesLeft = 0): UpstreamConnection {
  const first = fakeExchange();
  let writes = writesLeft + 1;
  const forward = forwardOf(first, [], {});
  const connection = new UpstreamConnection(owner, forward, 0);
  const write = (_bytes: Uint8Array, _from: number, length: number): number => {
    writes -= 1;
    return writes < 0 ? -1 : length;
  };
  connection.onOpen({ ...socketTo([]), write } as unknown as Socket<UpstreamConnection>);
  connection.onData(Buffer.from("HTTP/1.1 204 No Content\r\n\r\n"));
  expect(connection.stage).toBe("idle");
  return connection;
}

/** What the client was given of an answer that came in such parts. */
function answerTo(parts: readonly Uint8Array[], turnsAfter: readonly number[]) {
  const { exchange, results } = run(parts, turnsAfter);
  const { status, fields } = exchange.answer.head!;
  const { interims, trailers, state } = exchange.answer;
  const bytes = results.map((result) => (result.kind === "answered" ? result.bytes : result));
  return { status, fields, text: exchange.text(), interims, trailers, state, bytes };
}

/** `turnsAfter`: the parts after which a turn of the event loop is over. */
function run(parts: readonly Uint8Array[], turnsAfter: readonly number[]) {
  const exchange = fakeExchange();
  const results: ForwardResult[] = [];
  const waiting: Forward[] = [];
  const connection = connect(exchange, results, waiting);
  for (const [index, part] of parts.entries()) {
    if (part.length > 0) connection.onData(part.slice());
    if (turnsAfter.includes(index)) for (const forward of waiting.splice(0)) forward.onTurn();
  }
  connection.onFin();
  return { exchange, results };
}

function connect(exchange: FakeExchange, results: ForwardResult[], waiting: Forward[]) {
  const connection = new UpstreamConnection(owner, forwardOf(exchange, results, { waiting }), 0);
  connection.onOpen(socketTo([]));
  return connection;
}

interface Host {
  readonly waiting?: Forward[];
  readonly fresh?: (forward: Forward) => UpstreamConnection;
}

function forwardOf(exchange: FakeExchange, results: ForwardResult[], given: Host): Forward {
  const options: ForwardOptions = {
    forwarded: { mode: "append", standard: false, via: undefined },
    onDone: (result) => results.push(result),
    respondFailure: ({ status }) => exchange.respond({ status }),
  };
  const host: ForwardHost = {
    options: {
      ...{ clock: new FakeClock(), connectTimeoutMs: 0, headTimeoutMs: 0, bodyIdleMs: 0 },
      maxBufferedBytes: 1_048_576,
    },
    answers: new AnswerHeads(),
    afterTurn: (forward) => given.waiting?.push(forward),
    tryDial: () => given.fresh?.(forward),
    onRetry: () => {},
  };
  const head = new RequestHeads(undefined).of(exchange.request, options);
  if ("message" in head) throw new Error(head.message);
  const forward: Forward = new Forward(exchange, options, host, head);
  return forward;
}

const limits = { ...defaultLimits, maxBodyBytes: Number.POSITIVE_INFINITY };
const owner: ConnectionOwner = {
  ...{ limits, memory: new HeadMemory(limits), isTls: false, verifyTls: true },
  onFree: () => {},
  onClosed: () => {},
};
/** Takes everything. */
function socketTo(written: string[]): Socket<UpstreamConnection> {
  return {
    write: (bytes: Uint8Array, from: number, length: number) => {
      written.push(Buffer.from(bytes.subarray(from, from + length)).toString("latin1"));
      return length;
    },
    end: () => 0,
    terminate: () => {},
  } as unknown as Socket<UpstreamConnection>;
}
