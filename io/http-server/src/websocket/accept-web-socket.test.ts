import { describe, expect, test } from "bun:test";
import { deflateRawSync } from "node:zlib";
import { encodeClose, encodeFrame, type Field } from "@breakwater/wire";
import type { FakeExchange, FakeRequest } from "../testing/index.ts";
import { frameClient, webSocketServer } from "../testing/web-socket-server.ts";
import {
  answer,
  bytes,
  closing,
  frame,
  handshake,
  stage,
  together,
  turn,
  type WebSocketStage,
} from "../testing/web-socket-stage.ts";
import type { WebSocketConnection } from "./web-socket.ts";

describe("the handshake", () => {
  const lines = (exchange: FakeExchange): string[] => exchange.text().split("\r\n");

  test("is RFC 6455 1.3's", () => {
    const { exchange } = stage();
    expect(lines(exchange)).toEqual([
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
      "",
      "",
    ]);
  });

  test("takes the subprotocol that is chosen, and compression if it is wanted", () => {
    const headers: readonly Field[] = [
      ...handshake,
      ["Sec-WebSocket-Protocol", "chat, superchat"],
      ["Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"],
    ];
    const chooseProtocol = (offered: readonly string[]) => offered[1];
    const agreed = stage({ chooseProtocol, deflates: true }, { headers });
    expect(agreed.exchange.text()).toContain("\r\nSec-WebSocket-Protocol: superchat\r\n");
    expect(agreed.exchange.text()).toMatch(/Extensions: permessage-deflate;.*server_no_context/);
    const refused = stage({}, { headers });
    expect(refused.exchange.text()).not.toMatch(/Sec-WebSocket-(Protocol|Extensions)/);
  });

  const without = (name: string): readonly Field[] => handshake.filter(([other]) => other !== name);

  test.each<[string, FakeRequest, number, RegExp]>([
    ["a plain request", { headers: [["Host", "h"]] }, 426, /websocket/i],
    ["no key", { headers: without("Sec-WebSocket-Key") }, 400, /key/i],
    [
      "a key of another length",
      { headers: [...without("Sec-WebSocket-Key"), ["Sec-WebSocket-Key", "abc="]] },
      400,
      /key/i,
    ],
    [
      "another version",
      { headers: [...without("Sec-WebSocket-Version"), ["Sec-WebSocket-Version", "8"]] },
      426,
      /version/i,
    ],
    ["another method", { method: "POST" }, 405, /GET/],
    ["HTTP/2", { protocol: "HTTP/2.0" }, 501, /HTTP\/2.0/],
    ["HTTP/1.0", { protocol: "HTTP/1.0" }, 501, /HTTP\/1.0/],
  ])("%s is refused with a sentence", (_, request, status, message) => {
    const { exchange, socket } = stage({}, request);
    expect(socket).toBeUndefined();
    expect(exchange.answer.head?.status).toBe(status);
    expect(JSON.parse(exchange.text()).error).toMatch(message);
  });

  test("a refusal says what would do", () => {
    const plain = stage({}, { headers: [["Host", "h"]] }).exchange.answer.head?.fields;
    expect(plain).toContainEqual(["upgrade", "websocket"]);
    expect(plain).toContainEqual(["sec-websocket-version", "13"]);
    const post = stage({}, { method: "POST" }).exchange.answer.head?.fields;
    expect(post).toContainEqual(["allow", "GET"]);
  });
});

describe("messages", () => {
  test("come whole, and go back as they came", async () => {
    const { exchange, log, writes } = stage();
    exchange.send(frame("text", "grüß"));
    exchange.send(frame("binary", new Uint8Array([0xff, 0])));
    expect(await writes()).toEqual([
      answer("text", bytes("grüß")) + answer("binary", new Uint8Array([0xff, 0])),
    ]);
    expect(log[0]).toBe("text grüß");
  });

  test("all of one read are answered in one write", async () => {
    const { exchange, writes } = stage();
    exchange.send(together(frame("text", "a"), frame("text", "b"), frame("ping", "c")));
    const [one, two, three] = [answer("text", bytes("a")), answer("text", bytes("b")), "8a0163"];
    expect(await writes()).toEqual([`${one}${two}${three}`]);
  });

  test("may come byte by byte, in fragments, with a ping among them", async () => {
    const { exchange, writes } = stage();
    const whole = together(
      frame("text", "He", { hasMore: true }),
      frame("ping", "p"),
      frame("continuation", "llo"),
    );
    for (const byte of whole) exchange.send(new Uint8Array([byte]));
    expect(await writes()).toEqual([answer("pong", bytes("p")) + answer("text", bytes("Hello"))]);
  });

  test("of text may be cut within a character", () => {
    const { exchange, log } = stage();
    const [first, second] = [bytes("ü").slice(0, 1), bytes("ü").slice(1)];
    exchange.send(together(frame("text", first, { hasMore: true }), frame("continuation", second)));
    expect(log).toEqual(["text ü"]);
  });

  test("can be sent at any time, as text too", async () => {
    const { socket, writes } = stage();
    expect(socket?.send("text", "hi")).toBe(true);
    socket?.ping(bytes("p"));
    expect(await writes()).toEqual([answer("text", bytes("hi")) + answer("ping", bytes("p"))]);
  });
});

describe("compression", () => {
  const headers: readonly Field[] = [
    ...handshake,
    ["Sec-WebSocket-Extensions", "permessage-deflate"],
  ];
  const deflated = (given: string): Uint8Array =>
    deflateRawSync(bytes(given), { finishFlush: 2 }).subarray(0, -4);

  test("goes both ways, and what is short goes as it is", async () => {
    const { exchange, log, writes } = stage({ deflates: true }, { headers });
    const long = "long ".repeat(50);
    exchange.send(frame("text", deflated(long), { isCompressed: true }));
    await turn();
    exchange.send(frame("text", deflated("short"), { isCompressed: true }));
    expect(log).toEqual(["text long long long long ", "text short"]);
    expect((await writes())[0]?.slice(0, 2)).toBe("c1");
    expect((await writes())[0]?.length).toBeLessThan(100);
    expect((await writes())[1]).toBe(answer("text", bytes("short")));
  });

  test.each([
    ["what grows beyond the limit", deflated("x".repeat(1001)), "1009 a message beyond 1000 bytes"],
    ["what cannot be inflated", bytes("\xff\xff"), "1007 a message that cannot be inflated"],
    [
      "a text that is none",
      deflateRawSync(Buffer.from([0xc3, 0x28]), { finishFlush: 2 }).subarray(0, -4),
      "1007 a text that is not UTF-8",
    ],
  ])("%s closes the connection", (_, payload, wanted) => {
    const { exchange, log } = stage({ deflates: true }, { headers });
    exchange.send(frame("text", payload, { isCompressed: true }));
    expect(log).toEqual([`close ${wanted}`]);
  });
});

test.each<[string, Uint8Array, string]>([
  ["an unmasked frame", encodeFrame("text", bytes("a")), "1002"],
  ["a reserved bit", Buffer.from([0xc1, 0x80, 0, 0, 0, 0]), "1002"],
  ["a reserved opcode", Buffer.from([0x83, 0x80, 0, 0, 0, 0]), "1002"],
  ["a fragmented ping", frame("ping", "", { hasMore: true }), "1002"],
  ["a ping of 126 bytes", frame("ping", "x".repeat(126)), "1002"],
  ["a continuation of nothing", frame("continuation", "a"), "1002"],
  ["a close code that is never sent", frame("close", encodeClose(1005)), "1002"],
  ["half a close code", frame("close", "x"), "1002"],
  ["a text that is not UTF-8", frame("text", new Uint8Array([0xc3, 0x28])), "1007"],
  ["a reason that is not UTF-8", frame("close", new Uint8Array([3, 0xe8, 0xc3, 0x28])), "1007"],
  ["a message beyond the limit", frame("binary", new Uint8Array(1001)), "1009"],
  [
    "fragments beyond it",
    together(
      frame("binary", new Uint8Array(600), { hasMore: true }),
      frame("continuation", new Uint8Array(401)),
    ),
    "1009",
  ],
])("%s closes the connection, and nothing after it is read", async (_, sent, code) => {
  const { exchange, log, writes } = stage();
  exchange.send(together(sent, frame("text", "after")));
  exchange.send(frame("text", "later"));
  expect(log).toEqual([expect.stringMatching(new RegExp(`^close ${code} .`))]);
  const last = Buffer.from((await writes())[0] ?? "", "hex");
  expect([(await writes()).length, last[0], last.readUInt16BE(2)]).toEqual([1, 0x88, Number(code)]);
  expect(exchange.answer.state).toBe("taken");
});

describe("closing", () => {
  test.each([
    ["with a code and a reason", encodeClose(1000, "bye"), closing(1000), "close 1000 bye"],
    ["with a code of its own", encodeClose(4000), closing(4000), "close 4000"],
    ["without a code", encodeClose(undefined), closing(undefined), "close 1005"],
  ])(
    "by the client %s is answered, after what came before it",
    async (_, payload, wanted, told) => {
      const { exchange, log, writes } = stage();
      exchange.send(together(frame("text", "a"), frame("close", payload), frame("text", "b")));
      expect(await writes()).toEqual([answer("text", bytes("a")) + wanted]);
      expect(log).toEqual(["text a", told]);
      expect(exchange.answer.state).toBe("taken");
    },
  );

  test("by the server waits for the client's frame, and tells no more messages", async () => {
    const { exchange, socket, log, writes } = stage();
    socket?.close(1000, "server done");
    socket?.close(1001, "twice");
    expect(socket?.send("text", "late")).toBe(false);
    exchange.send(frame("text", "late"));
    expect([await writes(), exchange.answer.state]).toEqual([
      [closing(1000, "server done")],
      "open",
    ]);
    exchange.send(frame("close", encodeClose(1000)));
    expect([log, exchange.answer.state]).toEqual([["close 1000 server done"], "taken"]);
  });

  test("by the server takes 5 s at most", async () => {
    const { exchange, clock, socket, log } = stage();
    socket?.close(1000);
    await clock.advanceTo(4999);
    expect(exchange.answer.state).toBe("open");
    await clock.advanceTo(5000);
    expect([exchange.answer.state, log]).toEqual(["reset", ["close 1000"]]);
  });

  test("because the server stops is 1001", async () => {
    const { exchange, writes } = stage();
    exchange.stop();
    expect(await writes()).toEqual([closing(1001, "the server is stopping")]);
  });

  test("because the server stops can be left to the handler, which is told once", async () => {
    const onStop = (connection: WebSocketConnection) => void connection.send("text", "goodbye");
    const { exchange, writes } = stage({ handler: { onMessage: () => {}, onStop } });
    exchange.stop();
    exchange.stop();
    expect(await writes()).toEqual([answer("text", bytes("goodbye"))]);
  });

  test("without a close frame is 1006, told once", () => {
    const { exchange, log } = stage();
    exchange.send(frame("text", "half").subarray(0, 7));
    exchange.reset();
    exchange.goAway();
    expect(log).toEqual(["close 1006"]);
  });
});

describe("a slow client", () => {
  test("is answered what it sent before, in order, when it takes it", async () => {
    const { exchange, log, writes } = stage();
    exchange.block();
    exchange.send(frame("text", "one"));
    await turn();
    exchange.send(
      together(
        frame("text", "two"),
        frame("ping", "1"),
        frame("ping", "2"),
        frame("close", encodeClose(1000)),
      ),
    );
    expect(await writes()).toEqual([answer("text", bytes("one"))]);
    exchange.drain();
    expect((await writes()).slice(1)).toEqual([
      answer("pong", bytes("2")) + answer("text", bytes("two")) + closing(1000),
    ]);
    expect(log).toEqual(["text one", "text two", "close 1000"]);
    expect(exchange.answer.state).toBe("taken");
  });

  test("is not read until it has taken what it was sent", async () => {
    const { exchange } = stage();
    exchange.block();
    exchange.send(frame("text", "a"));
    await turn();
    expect(exchange.isWirePaused).toBe(true);
    exchange.drain();
    expect(exchange.isWirePaused).toBe(false);
  });

  test("is told of again when there is room", async () => {
    const { exchange, socket, log } = stage();
    exchange.block();
    expect(socket?.send("text", "one")).toBe(true);
    await turn();
    expect(socket?.send("text", "two")).toBe(false);
    exchange.drain();
    expect(log).toEqual(["drain"]);
    expect(socket?.send("text", "three")).toBe(true);
  });

  /** A client that has not taken its first message, and is sent so many more. */
  async function stuck(more: number): Promise<WebSocketStage> {
    const staged = stage();
    staged.exchange.block();
    for (let count = 0; count <= more; count += 1) {
      staged.socket?.send("binary", new Uint8Array(1000));
      if (count === 0) await turn();
    }
    return staged;
  }

  test("has what it was sent unsent, in this turn and before", async () => {
    const { exchange, socket } = await stuck(1);
    expect(socket?.unsentBytes).toBe(2008);
    await turn();
    expect(socket?.unsentBytes).toBe(2008);
    exchange.drain();
    expect(socket?.unsentBytes).toBe(0);
  });

  test("that is sent too much is closed with 1008, or cut after 5 s", async () => {
    const { exchange, clock, log, writes } = await stuck(2);
    expect([(await writes()).length, exchange.answer.state]).toEqual([2, "open"]);
    await clock.advanceTo(5000);
    expect(exchange.answer.state).toBe("reset");
    expect(log).toEqual(["close 1008 the client does not take what it is sent"]);
  });

  test("that is sent too much and then takes it hears why", async () => {
    const { exchange, writes } = await stuck(2);
    exchange.drain();
    expect((await writes()).at(-1)).toEndWith(
      closing(1008, "the client does not take what it is sent"),
    );
  });

  test("is not who is sent much within one turn and takes it", async () => {
    const { socket, writes } = stage();
    const message = new Uint8Array(1000);
    const taken = Array.from({ length: 10 }, () => socket?.send("binary", message));
    expect(taken).not.toContain(false);
    expect(await writes()).toEqual([answer("binary", message).repeat(10)]);
  });

  test("over a real socket has unsent what the kernel does not take, until it reads", async () => {
    const drained = Promise.withResolvers<void>();
    const handler = { onMessage: () => {}, onDrain: () => drained.resolve() };
    await using served = webSocketServer({ handler, maxUnsentBytes: 16_000_000 });
    using client = await frameClient({ port: served.server.port, path: "/" });
    const { connection } = served.connections.get("/")!;
    client.pause();
    const message = "x".repeat(100_000);
    for (let count = 0; count < 120; count += 1) connection.send("text", message);
    expect(connection.unsentBytes).toBeGreaterThan(1_000_000);
    expect(connection.unsentBytes).toBeLessThan(12_000_000);
    client.resume();
    await drained.promise;
    expect(connection.unsentBytes).toBe(0);
  });

  test("that sends on and on where nobody can hold it up is closed with 1008", async () => {
    const { exchange, log } = stage();
    exchange.block();
    exchange.send(frame("binary", new Uint8Array(900)));
    await turn();
    for (let count = 0; count < 4; count += 1) exchange.send(frame("binary", new Uint8Array(900)));
    exchange.drain();
    exchange.send(frame("close", encodeClose(1008)));
    expect(log.at(-1)).toBe("close 1008 the client sends more and does not take the answers");
  });
});

describe("a silent client", () => {
  test("is pinged, and cut when that is not answered", async () => {
    const { exchange, clock, log, writes } = stage({ pingAfterMs: 1000 });
    exchange.send(frame("text", "a"));
    await clock.advanceTo(1999);
    expect((await writes()).length).toBe(1);
    await clock.advanceTo(2000);
    expect((await writes()).at(-1)).toBe(answer("ping", new Uint8Array(0)));
    await clock.advanceTo(3000);
    expect([exchange.answer.state, log.at(-1)]).toEqual(["reset", "close 1006"]);
  });

  test("that answers pings stays, and its pongs are told", async () => {
    let pongs = 0;
    const handler = { onMessage: () => {}, onPong: () => (pongs += 1) };
    const { exchange, clock, writes } = stage({ pingAfterMs: 1000, handler });
    for (let second = 1; second <= 10; second += 1) {
      await clock.advanceTo(second * 1000);
      exchange.send(frame("pong", ""));
    }
    expect([exchange.answer.state, pongs]).toEqual(["open", 10]);
    expect(await writes()).toEqual([]);
  });
});
