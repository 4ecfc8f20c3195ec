import { describe, expect, test } from "bun:test";
import { encodeClose } from "@breakwater/wire";
import fc from "fast-check";
import { frameClient, webSocketServer } from "../testing/web-socket-server.ts";
import { answer, bytes, closing, frame, stage, turn } from "../testing/web-socket-stage.ts";
import { prepareFrame } from "./prepare-frame.ts";

const text = (given: string): string => answer("text", bytes(given));

describe("what is sent within one turn of the event loop", () => {
  test("goes out in one write at its end, whatever it is, in the order in which it was sent", async () => {
    const { exchange, socket, writes } = stage();
    socket?.send("text", "grüß");
    socket?.ping(bytes("p"));
    await Promise.resolve();
    socket?.sendPrepared(prepareFrame("text", "all"));
    exchange.send(frame("text", "echo"));
    socket?.close(1000);
    expect(exchange.answer.parts).toHaveLength(1);
    const all = [
      text("grüß"),
      answer("ping", bytes("p")),
      text("all"),
      text("echo"),
      closing(1000),
    ];
    expect(await writes()).toEqual([all.join("")]);
  });

  test("goes out before the connection ends", async () => {
    const { exchange, socket, writes } = stage();
    socket?.send("text", "last");
    exchange.send(frame("close", encodeClose(1000)));
    expect(exchange.answer.state).toBe("taken");
    expect(await writes()).toEqual([text("last") + closing(1000)]);
  });

  test("is not kept beyond 64 KiB", () => {
    const { exchange, socket } = stage({ maxUnsentBytes: 1_000_000 });
    for (let count = 0; count < 8; count += 1) socket?.send("binary", new Uint8Array(10_000));
    expect(exchange.answer.parts.slice(1).map(({ length }) => length)).toEqual([70_028]);
  });

  test("goes out before a large message, which is not copied for it", async () => {
    const { exchange, socket } = stage({ maxUnsentBytes: 1_000_000 });
    for (const length of [1, 20_000, 2, 3]) socket?.send("binary", new Uint8Array(length));
    await turn();
    expect(exchange.answer.parts.slice(1).map(({ length }) => length)).toEqual([3, 20_004, 9]);
  });

  test("is dropped when the connection is gone", async () => {
    const { exchange, socket, writes } = stage();
    socket?.send("text", "late");
    exchange.reset();
    expect(await writes()).toEqual([]);
  });

  test("comes as it was sent, however it falls into turns", async () => {
    const action = fc.oneof(
      fc.constant("turn" as const),
      fc.nat(200).map((length) => ({ how: "text" as const, length })),
      fc.constantFrom(125, 126, 16_385, 65_535, 70_000).map((length) => {
        return { how: "prepared" as const, length };
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 20 }), async (actions) => {
        const { socket, writes } = stage({ maxUnsentBytes: 1_000_000 });
        let wanted = "";
        for (const next of actions) {
          if (next === "turn") {
            await turn();
            continue;
          }
          const message = "m".repeat(next.length);
          wanted += text(message);
          if (next.how === "text") socket?.send("text", message);
          else socket?.sendPrepared(prepareFrame("text", message));
        }
        const written = await writes();
        expect(written.join("")).toBe(wanted);
      }),
      { numRuns: 30 },
    );
  });
});

test("messages of many sockets that were ready together reach another in one write", async () => {
  await using served = webSocketServer({
    handler: {
      onMessage: (_connection, kind, payload) => {
        served.connections.get("/target")?.connection.send(kind, payload);
      },
    },
  });
  const { port } = served.server;
  using target = await frameClient({ port, path: "/target" });
  const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
  const senders = await Promise.all(paths.map((path) => frameClient({ port, path })));
  for (const [index, sender] of senders.entries()) sender.text(`from ${index}`);
  const received = await target.receive(20);
  expect(new Set(received)).toEqual(new Set(paths.map((path) => `from ${path.slice(1)}`)));
  const [handshake, ...writes] = served.connections.get("/target")?.writtenBytes ?? [];
  expect(handshake).toBeGreaterThan(0);
  expect(writes).toHaveLength(1);
  for (const sender of senders) sender[Symbol.dispose]();
});
