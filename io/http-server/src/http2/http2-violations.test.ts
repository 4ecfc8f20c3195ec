import { describe, expect, test } from "bun:test";
import { encodeRequestBlock, http2Code, http2Type } from "@breakwater/wire";
import type { Handler } from "../exchange.ts";
import { frame, Http2Peer, preface, requestFrame } from "./testing/http2-peer.ts";

const { data, headers, priority, rstStream, settings, pushPromise, ping, goAway } = http2Type;
const { windowUpdate, continuation } = http2Type;
const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));

/** Answers "/" at once; reads other bodies and answers when they end, or never. */
const handler: Handler = (exchange) => {
  const { path, hasBody } = exchange.request;
  if (path === "/") exchange.respond({ status: 200, body: "ok" });
  else if (hasBody) {
    const onEnd = () => exchange.respond({ status: 200 });
    exchange.readBody({ onData: () => {}, onEnd, onAbort: () => {} });
  }
};

const block = encodeRequestBlock({
  method: "POST",
  scheme: "http",
  authority: "a",
  path: "/",
  fields: [],
});
const open = requestFrame(1, "/body", { method: "POST", isEnd: false });
const held = requestFrame(1, "/held");
const answered = requestFrame(1, "/");
const empty = frame(settings, 0, 0);

describe("what breaks the protocol is told by GOAWAY, and the connection closes", () => {
  test.each<[string, number, (string | Uint8Array)[]]>([
    ["no preface", http2Code.protocol, ["GET / HTTP/1.1\r\n\r\n"]],
    ["another preface", http2Code.protocol, [`${preface.slice(0, 20)}XXXX`]],
    ["no SETTINGS at first", http2Code.protocol, [preface, frame(ping, 0, 0, "12345678")]],
    ["an acknowledgement at first", http2Code.protocol, [preface, frame(settings, 1, 0)]],
    ["a frame of 2^14 + 1", http2Code.frameSize, [preface, hex("004001 00 00 00000001")]],
  ])("%s", async (_name, code, parts) => {
    const peer = new Http2Peer(handler, { isBare: true });
    peer.raw(...parts);
    expect(await peer.goAways()).toEqual([`0: ${code}`]);
    expect(peer.transport.state).toBe("ended");
  });

  test.each<[string, keyof typeof http2Code, Uint8Array[]]>([
    ["DATA on stream 0", "protocol", [frame(data, 0, 0, "a")]],
    ["DATA on an idle stream", "protocol", [frame(data, 0, 3, "a")]],
    ["DATA on a stream of the server's", "protocol", [frame(data, 0, 2, "a")]],
    ["DATA that is all padding", "protocol", [open, frame(data, 8, 1, hex("05 00"))]],
    ["DATA without its padding's length", "protocol", [open, frame(data, 8, 1)]],
    ["DATA on a stream that has ended", "streamClosed", [answered, frame(data, 0, 1, "a")]],
    ["HEADERS on stream 0", "protocol", [frame(headers, 5, 0, block)]],
    ["HEADERS on an even stream", "protocol", [frame(headers, 5, 2, block)]],
    ["HEADERS on a stream that has ended", "streamClosed", [answered, answered]],
    ["HEADERS below the last", "protocol", [requestFrame(5, "/"), requestFrame(3, "/")]],
    ["HEADERS shorter than their priority", "frameSize", [frame(headers, 0x25, 1, "abcd")]],
    ["HEADERS that are all padding", "protocol", [frame(headers, 0x0d, 1, hex("09 82"))]],
    ["a block that cannot be decoded", "compression", [frame(headers, 5, 1, hex("80"))]],
    ["a block that is cut", "compression", [frame(headers, 5, 1, hex("8286 04ff"))]],
    ["trailers that cannot be decoded", "compression", [open, frame(headers, 5, 1, hex("80"))]],
    ["PRIORITY on stream 0", "protocol", [frame(priority, 0, 0, "12345")]],
    ["PRIORITY of 4 bytes", "frameSize", [frame(priority, 0, 1, "1234")]],
    ["RST_STREAM on stream 0", "protocol", [frame(rstStream, 0, 0, "1234")]],
    ["RST_STREAM on an idle stream", "protocol", [frame(rstStream, 0, 3, "1234")]],
    ["RST_STREAM of 3 bytes", "frameSize", [held, frame(rstStream, 0, 1, "123")]],
    ["SETTINGS on a stream", "protocol", [frame(settings, 0, 1)]],
    ["SETTINGS of 5 bytes", "frameSize", [frame(settings, 0, 0, "12345")]],
    ["SETTINGS acknowledged with a payload", "frameSize", [frame(settings, 1, 0, "123456")]],
    ["ENABLE_PUSH of 2", "protocol", [frame(settings, 0, 0, hex("0002 00000002"))]],
    ["a window of 2^31", "flowControl", [frame(settings, 0, 0, hex("0004 80000000"))]],
    ["a frame size below 2^14", "protocol", [frame(settings, 0, 0, hex("0005 00003fff"))]],
    ["a frame size of 2^24", "protocol", [frame(settings, 0, 0, hex("0005 01000000"))]],
    ["a push", "protocol", [frame(pushPromise, 4, 1, hex("00000002 82"))]],
    ["PING on a stream", "protocol", [frame(ping, 0, 1, "12345678")]],
    ["PING of 7 bytes", "frameSize", [frame(ping, 0, 0, "1234567")]],
    ["GOAWAY on a stream", "protocol", [frame(goAway, 0, 1, "12345678")]],
    ["GOAWAY of 7 bytes", "frameSize", [frame(goAway, 0, 0, "1234567")]],
    ["a window opened by nothing", "protocol", [frame(windowUpdate, 0, 0, hex("00000000"))]],
    ["a window beyond 2^31", "flowControl", [frame(windowUpdate, 0, 0, hex("7fffffff"))]],
    ["WINDOW_UPDATE of 3 bytes", "frameSize", [frame(windowUpdate, 0, 0, "123")]],
    ["WINDOW_UPDATE on an idle stream", "protocol", [frame(windowUpdate, 0, 1, "1234")]],
    ["CONTINUATION of nothing", "protocol", [frame(continuation, 4, 1, block)]],
    [
      "CONTINUATION of another stream",
      "protocol",
      [frame(headers, 1, 1, block), frame(continuation, 4, 3)],
    ],
    ["a frame within a block", "protocol", [frame(headers, 1, 1, block), empty]],
    ["an unknown frame within a block", "protocol", [frame(headers, 1, 1, block), frame(99, 0, 1)]],
    [
      "windows of streams beyond 2^31 by SETTINGS",
      "flowControl",
      [
        held,
        frame(windowUpdate, 0, 1, hex("7fff0000")),
        frame(settings, 0, 0, hex("000400020000")),
      ],
    ],
  ])("%s", async (_name, code, frames) => {
    const peer = new Http2Peer(handler);
    peer.raw(...frames);
    const [last = "", ...more] = await peer.goAways();
    expect(last.split(": ")[1]).toBe(String(http2Code[code]));
    expect(more).toEqual([]);
    expect(peer.transport.state).toBe("ended");
    expect(peer.context.inFlight).toBe(0);
  });
});

describe("what is wrong with a stream resets it, and the connection goes on", () => {
  const post = (...fields: [string, string][]) =>
    requestFrame(1, "/body", { method: "POST", fields, isEnd: false });
  const raw = (text: string, flags = 5) => frame(headers, flags, 1, hex(text));

  test.each<[string, keyof typeof http2Code, Uint8Array[]]>([
    ["no :path", "protocol", [raw("82 86")]],
    ["a name in upper case", "protocol", [raw("82 86 84 00 01 41 01 61")]],
    ["connection: close", "protocol", [raw("82 86 84 00 0a 636f6e6e656374696f6e 05 636c6f7365")]],
    ["a pseudo-field behind others", "protocol", [raw("82 86 0f 04 01 61 84")]],
    ["no :path, and a body", "protocol", [raw("82 86", 4), frame(data, 1, 1, "abc")]],
    ["less than its length", "protocol", [post(["content-length", "3"]), frame(data, 1, 1, "ab")]],
    ["more than its length", "protocol", [post(["content-length", "1"]), frame(data, 0, 1, "ab")]],
    ["a length without a body", "protocol", [raw("82 86 84 0f 0d 01 31")]],
    ["trailers that do not end it", "protocol", [open, raw("00 01 61 01 61", 4)]],
    ["trailers with a pseudo-field", "protocol", [open, raw("84")]],
    ["DATA behind its end", "streamClosed", [held, frame(data, 0, 1, "a")]],
    ["HEADERS behind its end", "streamClosed", [held, raw("00 01 61 01 61")]],
    [
      "its window opened by nothing",
      "protocol",
      [held, frame(windowUpdate, 0, 1, hex("00000000"))],
    ],
    ["its window beyond 2^31", "flowControl", [held, frame(windowUpdate, 0, 1, hex("7fffffff"))]],
    [
      "more than its window allows",
      "flowControl",
      [
        requestFrame(1, "/unread", { method: "POST", isEnd: false }),
        ...Array<Uint8Array>(5).fill(frame(data, 0, 1, new Uint8Array(16_384))),
      ],
    ],
  ])("%s", async (_name, code, frames) => {
    const unread: Handler = (exchange) => {
      if (exchange.request.path !== "/unread") void handler(exchange);
    };
    const peer = new Http2Peer(unread);
    peer.raw(...frames, requestFrame(3, "/"));
    expect((await peer.answer(1)).resetCode).toBe(http2Code[code]);
    expect(await peer.answer(3)).toMatchObject({ statuses: "200", body: "ok", isEnded: true });
    expect(await peer.goAways()).toEqual([]);
    expect(peer.context.inFlight).toBe(0);
  });
});

describe("what means nothing is ignored", () => {
  test.each<[string, Uint8Array[]]>([
    ["PRIORITY", [frame(priority, 0, 7, hex("0000000110"))]],
    ["an unknown type", [frame(99, 255, 1, "abc"), frame(99, 0, 0)]],
    ["an unknown setting", [frame(settings, 0, 0, hex("00ff 00000001"))]],
    ["a PING's acknowledgement", [frame(ping, 1, 0, "12345678")]],
    ["the client's GOAWAY", [frame(goAway, 0, 0, "12345678")]],
    ["a closed stream's window", [answered, frame(windowUpdate, 0, 1, hex("00000001"))]],
    ["a closed stream's reset", [answered, frame(rstStream, 0, 1, hex("00000008"))]],
    ["a window's highest bit", [frame(windowUpdate, 0, 0, hex("80000001"))]],
    [
      "what is on its way to a stream that we reset",
      [
        frame(headers, 4, 1, hex("82 86")),
        frame(data, 0, 1, "a"),
        frame(headers, 5, 1, hex("00 01 61 01 61")),
      ],
    ],
  ])("%s", async (_name, frames) => {
    const peer = new Http2Peer(handler);
    peer.raw(...frames, requestFrame(9, "/"));
    expect(await peer.answer(9)).toMatchObject({ statuses: "200", isEnded: true });
    expect(peer.transport.state).toBe("open");
  });

  test("until a stream that we reset has ended", async () => {
    const peer = new Http2Peer(handler);
    peer.raw(frame(headers, 4, 1, hex("82 86")), frame(data, 1, 1, "a"), frame(data, 0, 1, "a"));
    expect(await peer.goAways()).toEqual([`1: ${http2Code.streamClosed}`]);
  });
});
