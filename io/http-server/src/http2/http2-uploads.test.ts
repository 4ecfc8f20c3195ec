import { describe, expect, test } from "bun:test";
import { type Field, http2Code, http2Type } from "@breakwater/wire";
import type { BodyReader, Exchange, Handler } from "../exchange.ts";
import type { ServerLimits } from "../http-server.ts";
import { frame, Http2Peer } from "./testing/http2-peer.ts";

const post = { method: "POST", isEnd: false } as const;
const lengthOf = (bytes: number): readonly Field[] => [["content-length", String(bytes)]];
const FIRST_WINDOW_BYTES = 65_535;
const STREAM_WINDOW_BYTES = 1_048_576;
const largest = new Uint8Array(16_384);

/** What a reader was told: "abc", "end" with its trailers, "abort". */
class Log implements BodyReader {
  readonly told: string[] = [];
  bytes = 0;

  onData(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.told.push(Buffer.from(bytes).toString("latin1").slice(0, 20));
  }

  onEnd(trailers: readonly Field[]): void {
    this.told.push(["end", ...trailers.flat()].join(" "));
  }

  onAbort(): void {
    this.told.push("abort");
  }
}

/** A request whose body is to come, and its exchange. */
function open(options: {
  readonly fields?: readonly Field[];
  readonly limits?: Partial<ServerLimits>;
}) {
  const exchanges: Exchange[] = [];
  const handler: Handler = (exchange) => {
    exchanges.push(exchange);
  };
  const { fields = [], limits = {} } = options;
  const peer = new Http2Peer(handler, { limits });
  peer.request(1, "/", { ...post, fields });
  const log = new Log();
  return { peer, log, exchange: exchanges[0]!, exchanges };
}

test("a body is told as it comes, then its end", () => {
  const { peer, log, exchange } = open({});
  exchange.readBody(log);
  peer.data(1, "abc");
  peer.send(http2Type.data, 8, 1, "\u0003def\0\0\0");
  peer.send(http2Type.data, 8, 1, "\u0001\0");
  peer.data(1, "", true);
  expect(log.told).toEqual(["abc", "def", "end"]);
});

test("its end comes with its last part, or with trailers", () => {
  const { peer, log, exchange } = open({});
  exchange.readBody(log);
  peer.data(1, "abc");
  peer.raw(frame(http2Type.headers, 5, 1, Buffer.from("000174013100017a0132", "hex")));
  expect(log.told).toEqual(["abc", "end t 1 z 2"]);
});

test("without a body the end is told at once", () => {
  const log = new Log();
  const peer = new Http2Peer((exchange) => exchange.readBody(log));
  peer.request(1, "/");
  expect(log.told).toEqual(["end"]);
});

test("what comes before its reader is held", () => {
  const { peer, log, exchange } = open({});
  const bytes = Buffer.from("abc");
  peer.data(1, bytes);
  bytes.fill(0);
  peer.data(1, "def", true);
  exchange.readBody(log);
  expect(log.told).toEqual(["abc", "def", "end"]);
});

test("a reader that has paused hears nothing until it resumes, and opens no window", async () => {
  const { peer, log, exchange } = open({});
  exchange.readBody(log);
  exchange.pauseBody();
  const opened = await peer.windowOpened(1);
  for (let index = 0; index < 40; index += 1) peer.data(1, largest);
  peer.data(1, "z", true);
  expect([log.told.length, await peer.windowOpened(1)]).toEqual([0, opened]);
  exchange.resumeBody();
  expect(log.bytes).toBe(40 * largest.length + 1);
  expect(log.told.slice(-2)).toEqual(["z", "end"]);
});

test("a reader may pause and resume within what it is told", () => {
  const { peer, exchange } = open({});
  for (const part of ["a", "b", "c"]) peer.data(1, part);
  peer.data(1, "", true);
  const told: string[] = [];
  exchange.readBody({
    onData: (bytes) => {
      told.push(Buffer.from(bytes).toString("latin1"));
      exchange.pauseBody();
      exchange.resumeBody();
    },
    onEnd: () => told.push("end"),
    onAbort: () => told.push("abort"),
  });
  expect(told).toEqual(["a", "b", "c", "end"]);
});

describe("the windows", () => {
  test("open as the reader takes what comes, in large steps", async () => {
    const { peer, log, exchange } = open({});
    exchange.readBody(log);
    const frames = 2000;
    for (let index = 0; index < frames; index += 1) peer.data(1, largest);
    const sent = frames * largest.length;
    expect(log.bytes).toBe(sent);
    const left = FIRST_WINDOW_BYTES + (await peer.windowOpened(1)) - sent;
    expect(left).toBeGreaterThan(STREAM_WINDOW_BYTES / 2);
    expect(left).toBeLessThanOrEqual(STREAM_WINDOW_BYTES);
    const all = FIRST_WINDOW_BYTES + (await peer.windowOpened(0)) - sent;
    expect(all).toBeGreaterThan(8 * 1024 * 1024);
    expect((await peer.summary()).length).toBeLessThan(100);
  });

  test("of a stream stays small until there is a reader, and other streams go on", async () => {
    const { peer, log, exchanges } = open({});
    peer.request(3, "/", post);
    exchanges[1]!.readBody(log);
    for (let index = 0; index < 3; index += 1) peer.data(1, largest);
    for (let index = 0; index < 1000; index += 1) peer.data(3, largest);
    expect(await peer.windowOpened(1)).toBe(0);
    expect(log.bytes).toBe(1000 * largest.length);
    exchanges[0]!.readBody(new Log());
    const opened = await peer.windowOpened(1);
    expect(FIRST_WINDOW_BYTES + opened - 3 * largest.length).toBe(STREAM_WINDOW_BYTES);
  });

  test("of a short body is not opened at all", async () => {
    const { peer, log, exchange } = open({ fields: lengthOf(30_000) });
    exchange.readBody(log);
    peer.data(1, largest);
    peer.data(1, new Uint8Array(30_000 - largest.length), true);
    expect([log.bytes, await peer.windowOpened(1)]).toEqual([30_000, 0]);
  });

  test("of the connection counts what comes on streams that are gone", async () => {
    const { peer, exchange } = open({});
    exchange.reset();
    for (let index = 0; index < 600; index += 1) peer.data(1, largest);
    expect(await peer.windowOpened(0)).toBeGreaterThan(16 * 1024 * 1024);
    expect(peer.transport.state).toBe("open");
  });

  test("of the connection opens though nobody reads", async () => {
    const limits = { maxStreams: 1000 };
    const { peer } = open({ limits });
    for (let id = 3; id < 700; id += 2) peer.request(id, "/", post);
    for (let id = 1; id < 700; id += 2) for (let n = 0; n < 3; n += 1) peer.data(id, largest);
    expect(await peer.windowOpened(0)).toBeGreaterThan(24 * 1024 * 1024);
  });
});

describe("a body that nobody reads", () => {
  test("is skipped after the answer, if it is short", async () => {
    const { peer, exchange } = open({ fields: lengthOf(6) });
    peer.data(1, "abc");
    exchange.respond({ status: 200, body: "ok" });
    peer.data(1, "def", true);
    expect(await peer.answer(1)).toMatchObject({ isEnded: true, resetCode: undefined });
    peer.request(3, "/");
    peer.data(1, "x");
    expect(await peer.goAways()).toEqual([`3: ${http2Code.streamClosed}`]);
  });

  test.each<[string, readonly Field[], number]>([
    ["is said to be long", lengthOf(1_000_000), 0],
    ["is long", [], 5],
    ["waits to be asked for", [["expect", "100-continue"]], 0],
  ])("and %s is no more wanted after the answer", async (_name, fields, frames) => {
    const { peer, exchange } = open({ fields });
    exchange.respond({ status: 200, body: "ok" });
    const bytes = [16_384, 16_384, 16_384, 16_383, 0].slice(0, frames);
    for (const size of bytes) peer.data(1, new Uint8Array(size));
    const answer = await peer.answer(1);
    expect(answer).toMatchObject({ body: "ok", isEnded: true, resetCode: http2Code.none });
    peer.data(1, "on its way", true);
    expect(peer.transport.state).toBe("open");
  });
});

test("a body that is read goes on behind the answer", async () => {
  const { peer, log, exchange } = open({});
  exchange.readBody(log);
  exchange.respond({ status: 200, body: "ok" });
  peer.data(1, "abc");
  peer.data(1, "", true);
  expect(log.told).toEqual(["abc", "end"]);
  expect(await peer.answer(1)).toMatchObject({ body: "ok", resetCode: undefined });
});

test.each<[string, readonly Field[], string]>([
  ["waits to be asked", [["Expect", "100-Continue"]], "100 200"],
  ["does not", [], "200"],
])("a client that %s is told to go on as it should", async (_name, fields, statuses) => {
  const { peer, log, exchange } = open({ fields });
  exchange.readBody(log);
  peer.data(1, "abc", true);
  exchange.respond({ status: 200 });
  expect((await peer.answer(1)).statuses).toBe(statuses);
});

describe("a body beyond the limit", () => {
  test("is refused before the handler hears of it, if its length says so", async () => {
    const { peer, exchanges } = open({ fields: lengthOf(11), limits: { maxBodyBytes: 10 } });
    const answer = await peer.answer(1);
    expect(answer).toMatchObject({ statuses: "413", isEnded: true, resetCode: http2Code.none });
    expect(answer.body).toContain("the limit is 10 bytes");
    expect(exchanges).toEqual([]);
    expect(peer.context).toMatchObject({ inFlight: 0, answered: 1 });
  });

  test("is refused when it gets there, and the handler told", async () => {
    const { peer, log, exchange } = open({ limits: { maxBodyBytes: 10 } });
    const gone: string[] = [];
    exchange.onAbort(() => gone.push("gone"));
    exchange.readBody(log);
    peer.data(1, "0123456789");
    peer.data(1, "x");
    exchange.respond({ status: 200 });
    peer.data(1, "y", true);
    expect(log.told).toEqual(["0123456789", "abort"]);
    expect(gone).toEqual(["gone"]);
    const answer = await peer.answer(1);
    expect(answer).toMatchObject({ statuses: "413", isEnded: true, resetCode: http2Code.none });
    expect(peer.transport.state).toBe("open");
  });

  test("resets the stream, if the answer has begun", async () => {
    const { peer, log, exchange } = open({ limits: { maxBodyBytes: 2 } });
    exchange.readBody(log);
    exchange.begin({ status: 200 });
    peer.data(1, "abc");
    expect(await peer.answer(1)).toMatchObject({ statuses: "200", resetCode: http2Code.cancel });
    expect(log.told).toEqual(["abort"]);
  });
});

test.each<[string, (peer: Http2Peer) => void]>([
  ["resets the stream", (peer) => peer.send(http2Type.rstStream, 0, 1, "\0\0\0\u0008")],
  ["sends no more", (peer) => peer.server.onEnd()],
  ["is gone", (peer) => peer.server.onClose()],
  ["breaks the protocol", (peer) => peer.send(http2Type.ping, 0, 0)],
])("the reader of a client that %s is told", (_name, leave) => {
  const { peer, log, exchange } = open({});
  exchange.readBody(log);
  peer.data(1, "abc");
  leave(peer);
  expect(log.told).toEqual(["abc", "abort"]);
});
