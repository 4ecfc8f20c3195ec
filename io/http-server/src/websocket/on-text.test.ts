import { describe, expect, test } from "bun:test";
import { deflateRawSync } from "node:zlib";
import { frameClient, webSocketServer } from "../testing/web-socket-server.ts";
import {
  answer,
  bytes,
  frame,
  handshake,
  stage,
  together,
  turn,
} from "../testing/web-socket-stage.ts";
import type { WebSocketHandler } from "./web-socket.ts";

/** A handler that wants texts as such, and what it was told. */
function hearing(): { readonly handler: WebSocketHandler; readonly told: unknown[] } {
  const told: unknown[] = [];
  return {
    told,
    handler: {
      onMessage: (_connection, kind, payload) => told.push([kind, payload]),
      onText: (connection, text) => {
        told.push(text);
        connection.send("text", text);
      },
      onClose: (_connection, code) => told.push(code),
    },
  };
}

describe("who wants texts as such", () => {
  test.each(["", "ASCII", "grüß 🙂", "\ufeffwith a byte order mark", "x".repeat(999)])(
    "is told %j",
    async (text) => {
      const { handler, told } = hearing();
      const { exchange, writes } = stage({ handler });
      exchange.send(frame("text", text));
      expect(told).toEqual([text]);
      expect(await writes()).toEqual([answer("text", bytes(text))]);
    },
  );

  test("is told those that come in fragments, in pieces, or compressed", () => {
    const { handler, told } = hearing();
    const headers = [...handshake, ["Sec-WebSocket-Extensions", "permessage-deflate"]] as const;
    const { exchange } = stage({ handler, deflates: true }, { headers });
    const fragments = together(
      frame("text", "in ", { hasMore: true }),
      frame("continuation", "fragments"),
    );
    exchange.send(fragments);
    for (const byte of frame("text", "in pieces")) exchange.send(Uint8Array.of(byte));
    const deflated = deflateRawSync("compressed", { finishFlush: 2 }).subarray(0, -4);
    exchange.send(frame("text", deflated, { isCompressed: true }));
    expect(told).toEqual(["in fragments", "in pieces", "compressed"]);
  });

  test("is told binary messages as bytes, which may be kept", () => {
    const { handler, told } = hearing();
    const { exchange } = stage({ handler });
    exchange.send(
      together(
        frame("binary", new Uint8Array([1, 2])),
        frame("text", "…"),
        frame("binary", new Uint8Array([3, 4])),
      ),
    );
    expect(told).toEqual([["binary", Uint8Array.of(1, 2)], "…", ["binary", Uint8Array.of(3, 4)]]);
  });

  test("is not told what is no UTF-8: the connection is closed with 1007", () => {
    const { handler, told } = hearing();
    const { exchange } = stage({ handler });
    exchange.send(frame("text", new Uint8Array([0xc3, 0x28])));
    expect(told).toEqual([1007]);
  });

  test("is told in order what came while the client was slow", async () => {
    const { handler, told } = hearing();
    const { exchange } = stage({ handler });
    exchange.block();
    exchange.send(frame("text", "one"));
    await turn();
    exchange.send(frame("text", "two"));
    exchange.send(frame("binary", new Uint8Array([3])));
    exchange.send(frame("text", "four"));
    expect(told).toEqual(["one"]);
    exchange.drain();
    expect(told).toEqual(["one", "two", ["binary", Uint8Array.of(3)], "four"]);
  });
});

test("texts of all lengths come back to a real client", async () => {
  await using served = webSocketServer({ handler: hearing().handler });
  using client = await frameClient({ port: served.server.port, path: "/" });
  const texts = [0, 1, 125, 126, 65_535, 65_536, 200_000].map((length) => "ü".repeat(length));
  for (const text of texts) client.text(text);
  expect(await client.receive(texts.length)).toEqual(texts);
});
