import { describe, expect, test } from "bun:test";
import { inflateRawSync } from "node:zlib";
import type { Field } from "@breakwater/wire";
import { frameClient, webSocketServer } from "../testing/web-socket-server.ts";
import { answer, bytes, handshake, stage } from "../testing/web-socket-stage.ts";
import { prepareFrame } from "./prepare-frame.ts";

const long = "the same for all ".repeat(100);
const headers: readonly Field[] = [
  ...handshake,
  ["Sec-WebSocket-Extensions", "permessage-deflate"],
];

describe("a prepared message", () => {
  test.each<["text" | "binary", string | Uint8Array]>([
    ["text", "grüß"],
    ["text", ""],
    ["text", new Uint8Array([0x61])],
    ["binary", new Uint8Array([1, 2, 3])],
    ["binary", new Uint8Array(70_000)],
  ])("goes out as %s as if it had been sent by itself", async (kind, payload) => {
    const { socket, writes } = stage();
    expect(socket?.sendPrepared(prepareFrame(kind, payload))).toBe(true);
    const wanted = typeof payload === "string" ? bytes(payload) : payload;
    expect(await writes()).toEqual([answer(kind, wanted)]);
  });

  test("does not change when its payload's bytes do", async () => {
    const { socket, writes } = stage();
    const payload = new Uint8Array([1]);
    const prepared = prepareFrame("binary", payload);
    payload[0] = 2;
    socket?.sendPrepared(prepared);
    expect(await writes()).toEqual([answer("binary", new Uint8Array([1]))]);
  });

  test("is compressed once, and only if somebody wants it so", () => {
    const prepared = prepareFrame("text", long);
    const { deflated } = prepared;
    expect(deflated.length).toBeLessThan(100);
    expect(prepared.deflated).toBe(deflated);
  });

  test("is compressed from as many bytes on as the connection's options say", async () => {
    const { socket, writes } = stage({ deflates: true, minDeflatedBytes: 1024 }, { headers });
    const [short, enough] = ["x".repeat(1023), "x".repeat(1024)];
    for (const message of [short, enough]) socket?.sendPrepared(prepareFrame("text", message));
    const [all] = await writes();
    expect(all).toStartWith(answer("text", bytes(short)));
    expect(all?.slice(2 * (4 + 1023))).toStartWith("c1");
  });

  test("is taken by no connection that is closing", () => {
    const { socket } = stage();
    socket?.close(1000);
    expect(socket?.sendPrepared(prepareFrame("text", "late"))).toBe(false);
  });
});

test("what is sent by itself is compressed from as many bytes on, too", async () => {
  const { socket, writes } = stage({ deflates: true, minDeflatedBytes: 6 }, { headers });
  // 5 characters, 6 bytes.
  for (const message of ["short", "grüßt"]) socket?.send("text", message);
  const [all] = await writes();
  expect(all?.slice(0, 14)).toBe(answer("text", bytes("short")));
  expect(all?.slice(14, 16)).toBe("c1");
});

test("real clients get the same message, each as it has agreed", async () => {
  await using served = webSocketServer({ deflates: true });
  const { port } = served.server;
  const clients = await Promise.all(
    [false, true, true].map((deflates, index) => {
      return frameClient({ port, path: `/${index}`, deflates });
    }),
  );
  const prepared = prepareFrame("text", long);
  for (const { connection } of served.connections.values()) connection.sendPrepared(prepared);
  const received = await Promise.all(clients.map((client) => client.receive(1)));
  const [plain, one = "", other] = received.flat();
  expect(plain).toBe(long);
  expect(one).toBe(other ?? "");
  const deflated = Buffer.from(`${one.slice("compressed ".length)}0000ffff`, "hex");
  expect(inflateRawSync(deflated, { finishFlush: 2 }).toString()).toBe(long);
  for (const client of clients) client[Symbol.dispose]();
});
