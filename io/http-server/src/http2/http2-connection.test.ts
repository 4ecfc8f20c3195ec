import { describe, expect, test } from "bun:test";
import { type Field, http2Code, http2Type } from "@breakwater/wire";
import fc from "fast-check";
import type { Exchange, Handler } from "../exchange.ts";
import { PreparedAnswer } from "../prepared-answer.ts";
import { frame, Http2Peer, type PeerAnswer, preface, requestFrame } from "./testing/http2-peer.ts";

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));
const bytesOf = (length: number, start = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => start + (index % 61));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

const progress = ({ body, isEnded }: PeerAnswer) => [body.length, isEnded];

/** Collects what exchanges come, and answers none. */
function collect() {
  const exchanges: Exchange[] = [];
  const handler: Handler = (exchange) => {
    exchanges.push(exchange);
  };
  return { exchanges, handler };
}

describe("a connection", () => {
  test("begins with our settings, and acknowledges the client's", async () => {
    const peer = new Http2Peer(() => {}, { limits: { maxStreams: 7, maxHeadBytes: 99 } });
    const frames = (await peer.frames()).map(({ type, flags, payload }) => [
      type,
      flags,
      payload.toHex(),
    ]);
    expect(frames).toEqual([
      [http2Type.settings, 0, "000300000007000600000063"],
      [http2Type.windowUpdate, 0, "00ff0001"],
      [http2Type.settings, 1, ""],
    ]);
  });

  test("answers a PING", async () => {
    const peer = new Http2Peer(() => {});
    peer.send(http2Type.ping, 0, 0, "12345678");
    expect(await peer.summary()).toEqual(["6 1 0: 3132333435363738"]);
  });

  test("answers all requests of one read in one write", async () => {
    const prepared = new PreparedAnswer({ status: 200, body: "ok" });
    const peer = new Http2Peer((exchange) => exchange.respond(prepared));
    const before = peer.transport.writes.length;
    peer.raw(...[1, 3, 5].map((id) => requestFrame(id, "/")));
    expect(peer.transport.writes.length - before).toBe(1);
    for (const id of [1, 3, 5]) expect((await peer.answer(id)).body).toBe("ok");
  });

  test("answers what is answered later in one write, too", async () => {
    const { exchanges, handler } = collect();
    const peer = new Http2Peer(handler);
    peer.raw(...[1, 3, 5].map((id) => requestFrame(id, "/")));
    await peer.frames();
    const before = peer.transport.writes.length;
    for (const exchange of exchanges) exchange.respond({ status: 200, body: "late" });
    expect((await peer.answer(5)).body).toBe("late");
    expect(peer.transport.writes.length - before).toBe(1);
  });

  test("keeps apart what two connections of a server send in the same turn", async () => {
    const { exchanges, handler } = collect();
    const peers = [new Http2Peer(handler), new Http2Peer(handler)];
    for (const peer of peers) peer.request(1, "/");
    const bodies = exchanges.map((exchange) => exchange.begin({ status: 200 }));
    for (const part of ["a", "b"]) {
      for (const [index, body] of bodies.entries()) body.write(Buffer.from(`${index}${part} `));
    }
    for (const body of bodies) body.end();
    const answers = await Promise.all(peers.map((peer) => peer.answer(1)));
    expect(answers.map(({ body }) => body)).toEqual(["0a 0b ", "1a 1b "]);
  });
});

test("however a client's bytes are cut, the server says the same", async () => {
  const echo: Handler = (exchange) => {
    let body = "";
    exchange.readBody({
      onData: (bytes) => {
        body += textOf(bytes);
      },
      onEnd: (trailers) =>
        exchange.respond({
          status: 200,
          body: JSON.stringify([
            exchange.request.target,
            exchange.request.headers(),
            body,
            trailers,
          ]),
        }),
      onAbort: () => {},
    });
  };
  const post = { method: "POST", fields: [["x", "1"]] as Field[], isEnd: false };
  const sent = Buffer.concat([
    Buffer.from(preface),
    frame(http2Type.settings, 0, 0, hex("0004 00010000")),
    requestFrame(1, "/a"),
    requestFrame(3, "/b", post),
    frame(http2Type.data, 8, 3, hex("02 616263 0000")),
    frame(http2Type.ping, 0, 0, "12345678"),
    requestFrame(5, "/c", post),
    frame(http2Type.data, 1, 3, "def"),
    frame(http2Type.data, 0, 5, bytesOf(9000)),
    frame(http2Type.headers, 1, 5, hex("00 01 74 01")),
    frame(http2Type.continuation, 4, 5, hex("31")),
    frame(http2Type.headers, 0x2d, 7, hex("01 00000000 10 82 86 84 00")),
  ]);
  const run = async (cuts: readonly number[]) => {
    const peer = new Http2Peer(echo, { isBare: true });
    let at = 0;
    for (const cut of cuts) {
      peer.raw(sent.subarray(at, at + cut));
      at += cut;
    }
    peer.raw(sent.subarray(Math.min(at, sent.length)));
    const answers = await Promise.all([1, 3, 5, 7].map((id) => peer.answer(id)));
    // A second may pass between two runs.
    return answers.map((answer) => ({
      ...answer,
      fields: answer.fields.filter(([name]) => name !== "date"),
    }));
  };
  const whole = await run([]);
  expect(whole.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
    ["/a", [], "", []],
    ["/b", [["x", "1"]], "abcdef", []],
    ["/c", [["x", "1"]], textOf(bytesOf(9000)), [["t", "1"]]],
    ["/", [], "", []],
  ]);
  const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(cuts, async (at) => {
      expect(await run(at)).toEqual(whole);
    }),
    { numRuns: 40 },
  );
});

describe("an answer", () => {
  const date = expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);

  test("has its fields in lower case, a length, a date and Alt-Svc, and is told of", async () => {
    const handler: Handler = (exchange) =>
      exchange.respond({
        status: 404,
        fields: [
          ["X-A", "1"],
          ["Connection", "close"],
        ],
        body: "né",
      });
    const peer = new Http2Peer(handler, { altSvc: 'h3=":1"' });
    await peer.context.clock.advanceTo(100);
    peer.request(1, "/a?b");
    expect(await peer.answer(1)).toEqual({
      statuses: "404",
      fields: [
        ["x-a", "1"],
        ["content-length", "3"],
        ["date", date],
        ["alt-svc", 'h3=":1"'],
      ],
      trailers: undefined,
      body: "n\u00c3\u00a9",
      isEnded: true,
      resetCode: undefined,
    });
    expect(peer.context).toMatchObject({ inFlight: 0, answered: 1 });
    expect(peer.context.records).toEqual([
      {
        protocol: "HTTP/2.0",
        method: "GET",
        target: "/a?b",
        source: "192.0.2.7:40312",
        status: 404,
        bodyBytes: 3,
        tookMs: 0,
        isAborted: false,
      },
    ]);
  });

  test.each<[string, string, (exchange: Exchange) => void, Field[]]>([
    ["HEAD", "HEAD", (one) => one.respond({ status: 200, body: "abc" }), [["content-length", "3"]]],
    [
      "HEAD that begins",
      "HEAD",
      (one) => {
        const body = one.begin({ status: 200, contentLength: 5 });
        body.write(Buffer.from("abc"));
        body.end([["t", "1"]]);
      },
      [["content-length", "5"]],
    ],
    [
      "HEAD with a length of its own",
      "HEAD",
      (one) => one.respond({ status: 200, fields: [["Content-Length", "9"]] }),
      [["content-length", "9"]],
    ],
    ["204", "GET", (one) => one.respond({ status: 204, body: "abc" }), []],
    [
      "304",
      "GET",
      (one) => one.respond({ status: 304, fields: [["content-length", "7"]], body: "abc" }),
      [["content-length", "7"]],
    ],
    ["an empty body", "GET", (one) => one.respond({ status: 200 }), [["content-length", "0"]]],
  ])("to %s has no body", async (_name, method, respond, fields) => {
    const peer = new Http2Peer(respond);
    peer.request(1, "/", { method });
    const answer = await peer.answer(1);
    expect(answer).toMatchObject({ body: "", isEnded: true, resetCode: undefined });
    expect(answer.fields.filter(([name]) => name !== "date")).toEqual(fields);
    expect((await peer.summary()).filter((line) => line.startsWith("0"))).toEqual([]);
    expect(peer.context).toMatchObject({ inFlight: 0, answered: 1 });
  });

  test("that is prepared is encoded once, for all connections", async () => {
    const prepared = new PreparedAnswer({ status: 200, fields: [["a", "b"]], body: "ok" });
    const peers = [1, 2].map(() => new Http2Peer((exchange) => exchange.respond(prepared)));
    for (const peer of peers) peer.request(1, "/");
    const block = prepared.http2Block;
    for (const peer of peers) peer.request(3, "/", { method: "HEAD" });
    expect(prepared.http2Block).toBe(block!);
    for (const peer of peers) {
      expect(await peer.answer(1)).toMatchObject({ statuses: "200", body: "ok", isEnded: true });
      expect(await peer.answer(3)).toMatchObject({ statuses: "200", body: "", isEnded: true });
    }
  });

  test("goes out as it is made, with what comes before and behind it", async () => {
    const { exchanges, handler } = collect();
    const peer = new Http2Peer(handler);
    peer.request(1, "/");
    const [exchange] = exchanges as [Exchange];
    expect(exchange.interim(103, [["link", "</a>"]])).toBe(true);
    const body = exchange.begin({ status: 200 });
    expect([body.write(Buffer.from("abc")), body.write(Buffer.from("d"))]).toEqual([true, true]);
    expect(await peer.answer(1)).toMatchObject({
      statuses: "103 200",
      body: "abcd",
      isEnded: false,
    });
    body.end([["X-Sum", "4"]]);
    expect(await peer.answer(1)).toMatchObject({ trailers: [["x-sum", "4"]], isEnded: true });
  });

  test("is given once: what comes after is ignored", async () => {
    const { exchanges, handler } = collect();
    const peer = new Http2Peer(handler);
    peer.request(1, "/");
    const [exchange] = exchanges as [Exchange];
    exchange.respond({ status: 200, body: "one" });
    exchange.respond({ status: 201, body: "two" });
    exchange.interim(103);
    const body = exchange.begin({ status: 202 });
    expect(body.write(Buffer.from("three"))).toBe(true);
    body.end();
    exchange.reset();
    expect(exchange.takeOver({ onData: () => {}, onClose: () => {} })).toBeUndefined();
    expect(await peer.answer(1)).toMatchObject({
      statuses: "200",
      body: "one",
      resetCode: undefined,
    });
    expect(peer.context).toMatchObject({ inFlight: 0, answered: 1 });
  });

  test("whose head is larger than a frame goes on in CONTINUATION", async () => {
    const fields = Array.from({ length: 4 }, (_, index): Field => [`x${index}`, "v".repeat(9000)]);
    const peer = new Http2Peer((exchange) => exchange.respond({ status: 200, fields, body: "ok" }));
    peer.request(1, "/");
    const answer = await peer.answer(1);
    expect(answer.fields.slice(0, 4)).toEqual(fields);
    expect(answer).toMatchObject({ body: "ok", isEnded: true });
    const types = (await peer.frames()).slice(3).map(({ type }) => type);
    expect(types).toEqual([1, 9, 9, 0]);
  });

  test("that is reset, or cut short, says so", async () => {
    const { exchanges, handler } = collect();
    const peer = new Http2Peer(handler);
    peer.raw(requestFrame(1, "/"), requestFrame(3, "/"));
    exchanges[0]!.reset();
    const body = exchanges[1]!.begin({ status: 200, contentLength: 10 });
    body.write(Buffer.from("abc"));
    body.abort();
    const resetCode = http2Code.internal;
    expect(await peer.answer(1)).toMatchObject({ statuses: "", resetCode });
    expect(await peer.answer(3)).toMatchObject({ body: "abc", isEnded: false, resetCode });
    expect(peer.context.records.map(({ isAborted }) => isAborted)).toEqual([true, true]);
  });

  test("that ends before its length is cut short, and none goes beyond", async () => {
    const { exchanges, handler } = collect();
    const peer = new Http2Peer(handler);
    peer.request(1, "/");
    const body = exchanges[0]!.begin({ status: 200, contentLength: 3 });
    body.write(Buffer.from("ab"));
    expect(() => body.write(Buffer.from("cd"))).toThrow("1 bytes are left");
    body.end();
    expect(await peer.answer(1)).toMatchObject({ body: "ab", resetCode: http2Code.internal });
  });

  test.each<[string, Handler, object]>([
    ["throws", () => raise(), { statuses: "500", isEnded: true }],
    ["rejects", async () => raise(), { statuses: "500", isEnded: true }],
    [
      "throws when it has begun",
      (exchange) => {
        exchange.begin({ status: 200 });
        raise();
      },
      { statuses: "200", resetCode: http2Code.internal },
    ],
    [
      "sends a field that cannot be",
      (exchange) => exchange.respond({ status: 200, fields: [["a", "b\nc"]] }),
      { statuses: "500", isEnded: true },
    ],
  ])("of a handler that %s", async (_name, handler, wanted) => {
    const peer = new Http2Peer(handler);
    peer.request(1, "/");
    await peer.context.clock.advanceTo(1);
    expect(await peer.answer(1)).toMatchObject(wanted);
    expect(peer.context.errors).toHaveLength(1);
    expect(peer.context.inFlight).toBe(0);
  });
});

function raise(): never {
  throw new Error("a mistake");
}

describe("the client's windows", () => {
  test("hold a body up until they open, and it ends with its last byte", async () => {
    const body = bytesOf(100_000);
    const peer = new Http2Peer((exchange) => exchange.respond({ status: 200, body }));
    peer.request(1, "/");
    expect((await peer.answer(1)).body).toHaveLength(65_535);
    peer.openWindow(1, 10);
    expect((await peer.answer(1)).body).toHaveLength(65_535);
    peer.openWindow(0, 30_000);
    expect((await peer.answer(1)).body).toHaveLength(65_545);
    peer.openWindow(1, 100_000);
    expect(progress(await peer.answer(1))).toEqual([95_535, false]);
    peer.openWindow(0, 4465);
    expect(await peer.answer(1)).toMatchObject({ isEnded: true, body: textOf(body) });
    const sizes = (await peer.frames()).map(({ payload }) => payload.length);
    expect(Math.max(...sizes)).toBe(16_384);
  });

  test("may shrink below nothing by SETTINGS, and grow again", async () => {
    const body = bytesOf(2000);
    const peer = new Http2Peer((exchange) => exchange.respond({ status: 200, body }), {
      settings: "0004000003e8",
    });
    peer.request(1, "/");
    peer.send(http2Type.settings, 0, 0, hex("0004 00000000"));
    peer.openWindow(1, 600);
    expect((await peer.answer(1)).body).toHaveLength(1000);
    peer.send(http2Type.settings, 0, 0, hex("0004 00000200"));
    expect((await peer.answer(1)).body).toHaveLength(1112);
    peer.send(http2Type.settings, 0, 0, hex("0004 00010000"));
    expect(await peer.answer(1)).toMatchObject({ isEnded: true, body: textOf(body) });
  });

  test("tell the handler to wait, and when there is room", async () => {
    const { exchanges, handler } = collect();
    const peer = new Http2Peer(handler);
    peer.request(1, "/");
    const body = exchanges[0]!.begin({ status: 200 });
    const log: string[] = [];
    body.onDrain(() => log.push("drained"));
    expect(body.write(bytesOf(65_535))).toBe(true);
    expect(body.write(bytesOf(10))).toBe(false);
    expect(body.write(bytesOf(10, 70))).toBe(false);
    body.end([["t", "1"]]);
    expect(log).toEqual([]);
    peer.openWindow(0, 100);
    peer.openWindow(1, 15);
    expect(progress(await peer.answer(1))).toEqual([65_550, false]);
    peer.openWindow(1, 15);
    const whole = textOf(bytesOf(65_535)) + textOf(bytesOf(10)) + textOf(bytesOf(10, 70));
    expect(await peer.answer(1)).toMatchObject({
      isEnded: true,
      body: whole,
      trailers: [["t", "1"]],
    });
  });

  test("are shared by the streams in turns", async () => {
    const { exchanges, handler } = collect();
    const peer = new Http2Peer(handler, { settings: "00047fffffff" });
    peer.raw(requestFrame(1, "/"), requestFrame(3, "/"));
    const piece = bytesOf(262_144);
    for (const exchange of exchanges) {
      const body = exchange.begin({ status: 200 });
      let left = 8;
      const write = (): void => {
        while (left > 0) {
          left -= 1;
          if (!body.write(piece)) return;
        }
        body.end();
      };
      body.onDrain(write);
      write();
    }
    peer.openWindow(0, 1_000_000);
    const some = await Promise.all([1, 3].map(async (id) => (await peer.answer(id)).body.length));
    expect(Math.min(...some)).toBeGreaterThan(400_000);
    peer.openWindow(0, 10_000_000);
    for (const id of [1, 3]) {
      expect(progress(await peer.answer(id))).toEqual([8 * 262_144, true]);
    }
  });

  test("are shared, too, by answers that were given at once", async () => {
    const { exchanges, handler } = collect();
    const peer = new Http2Peer(handler, { settings: "00047fffffff" });
    peer.raw(requestFrame(1, "/"), requestFrame(3, "/"));
    for (const exchange of exchanges) exchange.respond({ status: 200, body: bytesOf(500_000) });
    peer.openWindow(0, 400_000);
    const some = await Promise.all([1, 3].map(async (id) => (await peer.answer(id)).body.length));
    expect(Math.min(...some)).toBeGreaterThan(190_000);
  });

  test("and its frame size may be larger", async () => {
    const peer = new Http2Peer((one) => one.respond({ status: 200, body: bytesOf(60_000) }), {
      settings: "000500ffffff",
    });
    peer.request(1, "/");
    const data = (await peer.frames()).filter(({ type }) => type === http2Type.data);
    expect(data.map(({ payload, flags }) => [payload.length, flags])).toEqual([[60_000, 1]]);
  });

  test("a handler that does not wait is cut", async () => {
    const { exchanges, handler } = collect();
    const peer = new Http2Peer(handler, { limits: { maxUnsentBytes: 100_000 } });
    peer.request(1, "/");
    let isGone = false;
    exchanges[0]!.onAbort(() => {
      isGone = true;
    });
    const body = exchanges[0]!.begin({ status: 200 });
    const results = Array.from({ length: 4 }, () => body.write(bytesOf(60_000)));
    expect(results).toEqual([true, false, true, true]);
    expect(isGone).toBe(true);
    expect(await peer.answer(1)).toMatchObject({ resetCode: http2Code.internal });
  });
});

describe("a transport that is full", () => {
  test("holds bodies up, but no heads, until it has drained", async () => {
    const { exchanges, handler } = collect();
    const peer = new Http2Peer(handler, { settings: "00047fffffff" });
    peer.openWindow(0, 2 ** 30);
    peer.raw(requestFrame(1, "/"), requestFrame(3, "/"));
    await peer.frames();
    peer.transport.isFull = true;
    const body = exchanges[0]!.begin({ status: 200 });
    let drains = 0;
    body.onDrain(() => {
      drains += 1;
    });
    expect(body.write(bytesOf(400_000))).toBe(false);
    exchanges[1]!.respond({ status: 200, body: "small" });
    expect((await peer.answer(1)).body.length).toBeLessThan(300_000);
    expect(await peer.answer(3)).toMatchObject({ statuses: "200", body: "" });
    expect(drains).toBe(0);
    peer.transport.drain(peer.server);
    expect(await peer.answer(1)).toMatchObject({ body: textOf(bytesOf(400_000)) });
    expect(await peer.answer(3)).toMatchObject({ body: "small", isEnded: true });
    expect(drains).toBe(1);
  });

  test("and is not drained, though its client goes on asking, is reset", () => {
    const peer = new Http2Peer((exchange) => exchange.respond({ status: 200 }), {
      limits: { maxUnsentBytes: 5000 },
    });
    peer.transport.isFull = true;
    for (let id = 1; id < 400; id += 2) peer.request(id, "/");
    expect(peer.transport.state).toBe("reset");
    expect(peer.context.inFlight).toBe(0);
  });
});
