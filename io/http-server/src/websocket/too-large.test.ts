import { describe, expect, test } from "bun:test";
import { deflateRawSync } from "node:zlib";
import type { Field } from "@breakwater/wire";
import { webSocketServer } from "../testing/web-socket-server.ts";
import { closing, frame, handshake, stage, together, turn } from "../testing/web-socket-stage.ts";
import type { WebSocketHandler } from "./web-socket.ts";

/** A handler that goes on after a message that is too large, and what it was told. */
function patient(): { readonly handler: WebSocketHandler; readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    handler: {
      onMessage: (connection, kind, payload) => {
        told.push(`${kind} of ${payload.length}`);
        connection.send(kind, payload);
      },
      onTooLarge: (_connection, size) => told.push(`too large: ${size}`),
      onClose: (_connection, code, reason) => told.push(`closed ${code} ${reason}`),
    },
  };
}

const headers: readonly Field[] = [
  ...handshake,
  ["Sec-WebSocket-Extensions", "permessage-deflate"],
];
const deflated = deflateRawSync("x".repeat(1_000_000), { finishFlush: 2 }).subarray(0, -4);
const first = (length: number) => frame("text", new Uint8Array(length), { hasMore: true });
const more = (length: number) => frame("continuation", new Uint8Array(length), { hasMore: true });

describe("a message beyond the limit is told once and skipped, and the connection goes on", () => {
  test.each<[string, Uint8Array, number]>([
    ["in one frame", frame("text", new Uint8Array(5000)), 5000],
    ["whose first frame is one byte too long", frame("text", new Uint8Array(1001)), 1001],
    [
      "in fragments",
      together(first(600), more(400), more(1), more(5000), frame("continuation", "end")),
      1001,
    ],
    [
      "with pings between its fragments",
      together(first(2000), frame("ping", "p"), frame("continuation", "end")),
      2000,
    ],
    ["that ends with an empty frame", together(first(2000), frame("continuation", "")), 2000],
    [
      "that would be too large when inflated",
      frame("text", deflated, { isCompressed: true }),
      1001,
    ],
    [
      "that is too large even compressed",
      frame("text", new Uint8Array(3000), { isCompressed: true }),
      3000,
    ],
  ])("%s", (_, sent, size) => {
    for (const pieceBytes of [sent.length, 7]) {
      const { handler, told } = patient();
      const { exchange } = stage({ handler, deflates: true }, { headers });
      const all = together(frame("text", "before"), sent, frame("text", "after"));
      for (let at = 0; at < all.length; at += pieceBytes) {
        exchange.send(all.subarray(at, at + pieceBytes));
      }
      expect(told).toEqual(["text of 6", `too large: ${size}`, "text of 5"]);
    }
  });

  test("of ever so many frames", () => {
    const { handler, told } = patient();
    const { exchange } = stage({ handler });
    const empty = together(...new Array<Uint8Array>(70_000).fill(more(0)));
    exchange.send(together(first(1), empty, frame("continuation", "end"), frame("text", "after")));
    expect(told).toEqual(["too large: 1", "text of 5"]);
  });

  test("as soon as it is announced, without waiting for the rest", () => {
    const { handler, told } = patient();
    const { exchange } = stage({ handler });
    exchange.send(frame("text", new Uint8Array(5000)).subarray(0, 8));
    expect(told).toEqual(["too large: 5000"]);
  });

  test("and 100 MB of it take no memory", () => {
    const { handler, told } = patient();
    const { exchange } = stage({ handler });
    const piece = more(1_000_000);
    exchange.send(first(1));
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 100; count += 1) exchange.send(piece);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
    expect(told).toEqual(["too large: 1000001"]);
  });

  test("in its turn, if the client was too slow to hear of those before it", async () => {
    const { handler, told } = patient();
    const { exchange } = stage({ handler });
    exchange.block();
    exchange.send(frame("text", "one"));
    await turn();
    exchange.send(
      together(frame("text", "second"), frame("text", new Uint8Array(2000)), frame("text", "last")),
    );
    expect(told).toEqual(["text of 3"]);
    exchange.drain();
    expect(told).toEqual(["text of 3", "text of 6", "too large: 2000", "text of 4"]);
  });
});

test("who is told of a message that is too large can close the connection", async () => {
  const { handler } = patient();
  const closes: WebSocketHandler = {
    ...handler,
    onTooLarge: (connection) => connection.close(1009, "too large"),
  };
  const { exchange, writes } = stage({ handler: closes });
  exchange.send(together(first(2000), frame("text", "ignored")));
  expect(await writes()).toEqual([closing(1009, "too large")]);
});

test.each<[string, Uint8Array, string]>([
  ["a message inside it", together(first(2000), frame("text", "a")), "1002 a message inside"],
  ["an unmasked frame inside it", together(first(2000), Buffer.from("8000", "hex")), "1002 a cl"],
  ["a length beyond counting", Buffer.from("81ff7fffffffffffffff00000000", "hex"), "1009 a mess"],
])("%s closes the connection all the same", (_, sent, wanted) => {
  const { handler, told } = patient();
  stage({ handler }).exchange.send(sent);
  expect(told.at(-1)).toStartWith(`closed ${wanted}`);
});

test("a real client that sends 20 MB is told, and then talks on", async () => {
  const { handler, told } = patient();
  await using served = webSocketServer({ handler, deflates: true });
  const client = new WebSocket(served.server.url.href.replace("http", "ws"));
  const heard = Promise.withResolvers<unknown>();
  client.onmessage = ({ data }) => heard.resolve(data);
  client.onopen = () => {
    client.send("x".repeat(20_000_000));
    client.send("after");
  };
  expect(await heard.promise).toBe("after");
  expect(told).toEqual([expect.stringMatching(/^too large: \d+$/), "text of 5"]);
  client.close();
});
