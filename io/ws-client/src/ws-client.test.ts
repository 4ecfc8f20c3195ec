import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { encodeClose, encodeFrame } from "@breakwater/wire";
import type { ServerWebSocket } from "bun";
import { parseWsUrl } from "./parse-ws-url.ts";
import { converse, testClient } from "./testing/conversation.ts";
import { acceptance, rawServer } from "./testing/raw-server.ts";

/** Echoes; "close" closes, "ping" pings, "big" answers with so many bytes. */
function echoServer(options: { perMessageDeflate?: boolean } = {}) {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request, server) {
      const { pathname } = new URL(request.url);
      if (pathname === "/no") return new Response("not here", { status: 403 });
      const headers = { "x-seen": request.headers.get("x-own") ?? "" };
      return server.upgrade(request, { headers }) ? undefined : new Response("plain");
    },
    websocket: {
      ...options,
      idleTimeout: 0,
      message(socket: ServerWebSocket, message) {
        if (message === "close") socket.close(4001, "as asked");
        else if (message === "ping") socket.ping("are you there");
        else socket.send(message, true);
      },
    },
  });
}

const urlOf = (server: { port: number | undefined }, path = "/"): string =>
  `ws://127.0.0.1:${server.port}${path}`;

test("text, bytes and nothing at all come back as they were sent", async () => {
  using server = echoServer();
  using client = testClient();
  const talk = converse(client, urlOf(server), {
    open: (connection) => {
      connection.send("grüße 👋");
      connection.send(new Uint8Array([0, 255, 1]));
      connection.send("");
      connection.send(new Uint8Array(0));
    },
  });
  await talk.until(5);
  talk.connection.close(1000, "bye");
  expect(await talk.end).toEqual([
    "open 101",
    "message grüße 👋",
    "message 00ff01",
    "message",
    "message",
    "end 1000 bye",
  ]);
});

test("a ping's round trip is told, and the server's ping is answered", async () => {
  using server = echoServer();
  using client = testClient();
  const talk = converse(client, urlOf(server), {
    open: (connection) => connection.ping(Buffer.from("7")),
    pong: (connection) => connection.send("ping"),
    ping: (connection) => connection.close(1000),
  });
  expect(await talk.end).toEqual(["open 101", "pong 7", "ping are you there", "end 1000"]);
});

test("the peer's close code and reason are told once", async () => {
  using server = echoServer();
  using client = testClient();
  const talk = converse(client, urlOf(server), { open: (connection) => connection.send("close") });
  expect(await talk.end).toEqual(["open 101", "end 4001 as asked"]);
  expect(talk.connection.send("late")).toBe(false);
});

test("an answer that opens nothing is told with its status and body", async () => {
  using server = echoServer();
  using client = testClient();
  const talk = converse(client, urlOf(server, "/no"));
  expect(await talk.end).toEqual(["refused bad_handshake 403 not here"]);
});

test("nobody listening is a failure", async () => {
  const server = echoServer();
  const url = urlOf(server);
  await server.stop(true);
  using client = testClient();
  expect(await converse(client, url).end).toEqual(["refused connect_refused"]);
});

test("a name that has no address is a failure", async () => {
  const resolve = () => Promise.reject(new Error("no such host"));
  using client = testClient({ resolve });
  expect(await converse(client, "ws://nowhere.test/").end).toEqual(["refused lookup_failed"]);
});

test("a host may be sent elsewhere, and keeps its name in the request", async () => {
  const { promise: host, resolve: onHost } = Promise.withResolvers<string | undefined>();
  await using server = await rawServer((socket, head) => {
    onHost(/host: (.+)\r\n/i.exec(head)?.[1]);
    socket.write(`${acceptance(head)}${encodeClose(1000)}`);
    socket.end(encodeFrame("close", encodeClose(1000)));
  });
  const port = Number(new URL(server.url).port);
  using client = testClient({ resolve: async () => ({ host: "127.0.0.1", port }) });
  converse(client, "ws://elsewhere.test:81/");
  expect(await host).toBe("elsewhere.test:81");
});

test("a connection may come from an address of its own", async () => {
  const { promise: from, resolve } = Promise.withResolvers<string | undefined>();
  await using server = await rawServer((socket) => resolve(socket.remoteAddress));
  using client = testClient();
  converse(client, server.url, {}, { localAddress: "127.0.0.7" });
  expect(await from).toBe("127.0.0.7");
});

test("compressed messages come and go when both sides want it", async () => {
  using server = echoServer({ perMessageDeflate: true });
  using client = testClient();
  const text = "breakwater".repeat(10_000);
  const talk = converse(
    client,
    urlOf(server),
    {
      open: (connection) => connection.send(text),
      message: (connection) => connection.close(1000),
    },
    { offersDeflate: true },
  );
  expect(await talk.end).toEqual(["open 101 compressed", `message ${text}`, "end 1000"]);
  expect(talk.bytes.sent).toBeLessThan(3000);
  expect(talk.bytes.received).toBeLessThan(3000);
});

test("a subprotocol is offered and the one that was chosen is told", async () => {
  await using server = await rawServer((socket, head) => {
    const offered = /sec-websocket-protocol: (.+)\r\n/i.exec(head)?.[1];
    socket.write(acceptance(head, `Sec-WebSocket-Protocol: ${offered?.split(", ")[1]}\r\n`));
  });
  using client = testClient();
  const talk = converse(client, server.url, {}, { protocols: ["soap", "wamp"] });
  expect(await talk.until(1)).toEqual(["open 101 wamp"]);
});

describe("what a server does against the protocol", () => {
  const utf8 = Buffer.from([0xc3, 0x28]);
  test.each([
    ["a text that is not UTF-8", encodeFrame("text", utf8), "end 1007  (protocol_error)"],
    ["a masked frame", encodeFrame("text", utf8, { mask: 1 }), "end 1002  (protocol_error)"],
    [
      "more than the limit",
      encodeFrame("binary", new Uint8Array(1_000_001)),
      "end 1009  (message_too_large)",
    ],
    ["an end without a close", new Uint8Array(0), "end 1006 unexpected EOF (closed_early)"],
    ["a close without a code", encodeFrame("close", new Uint8Array(0)), "end 1005"],
  ])("%s ends the connection", async (_, frame, wanted) => {
    await using server = await rawServer((socket, head) => {
      socket.write(acceptance(head));
      socket.end(frame);
    });
    using client = testClient();
    expect(await converse(client, server.url).end).toEqual(["open 101", wanted]);
  });

  test.each([
    ["a wrong key", (head: string) => acceptance(head.replace(/key: ./i, "key: _"))],
    ["no upgrade", () => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"],
    ["an extension nobody asked for", (head: string) => acceptance(head, DEFLATE)],
    ["no HTTP", () => "SSH-2.0-OpenSSH_9.9\r\n"],
  ])("%s opens nothing", async (_, answer) => {
    await using server = await rawServer((socket, head) => socket.end(answer(head)));
    using client = testClient();
    const [event] = await converse(client, server.url).end;
    expect(event).toStartWith("refused bad_handshake");
  });

  const DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n";

  test.each([
    ["cannot be inflated", Buffer.from([0xff, 0xff]), "end 1007  (protocol_error)"],
    ["inflates beyond the limit", bomb(2_000_000), "end 1009  (message_too_large)"],
  ])("a message that %s ends the connection", async (_, payload, wanted) => {
    await using server = await rawServer((socket, head) => {
      socket.write(acceptance(head, DEFLATE));
      socket.write(encodeFrame("binary", payload, { isCompressed: true }));
    });
    using client = testClient();
    const talk = converse(client, server.url, {}, { offersDeflate: true });
    expect(await talk.end).toEqual(["open 101 compressed", wanted]);
  });

  test("what is sent with the upgrade's answer is a message", async () => {
    await using server = await rawServer((socket, head) => {
      const frames = [
        encodeFrame("text", Buffer.from("hi")),
        encodeFrame("close", encodeClose(1000)),
      ];
      socket.end(Buffer.concat([Buffer.from(acceptance(head)), ...frames]));
    });
    using client = testClient();
    expect(await converse(client, server.url).end).toEqual(["open 101", "message hi", "end 1000"]);
  });
});

function bomb(bytes: number): Uint8Array {
  return Bun.deflateSync(new Uint8Array(bytes), { windowBits: -15 } as never);
}

test("a server that never answers is given up", async () => {
  const clock = new FakeClock();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  await using server = await rawServer(() => resolve());
  using client = testClient({ clock, handshakeTimeoutMs: 60_000 });
  const talk = converse(client, server.url);
  await asked;
  await clock.advanceTo(59_999);
  expect(talk.events).toEqual([]);
  await clock.advanceTo(60_000);
  expect(await talk.end).toEqual(["refused handshake_timeout"]);
});

test("a peer that never closes is given up", async () => {
  const clock = new FakeClock();
  await using server = await rawServer((socket, head) => {
    socket.write(acceptance(head));
    socket.resume();
  });
  using client = testClient({ clock, closeTimeoutMs: 5000 });
  const talk = converse(client, server.url);
  await talk.until(1);
  talk.connection.close(1000);
  await clock.advanceTo(5000);
  expect(await talk.end).toEqual(["open 101", "end 1006  (close_timeout)"]);
});

test("a peer that takes nothing fails the connection instead of filling the memory", async () => {
  await using server = await rawServer((socket, head) => {
    socket.pause();
    socket.write(acceptance(head));
  });
  using client = testClient({ maxBacklogBytes: 50_000_000 });
  const talk = converse(client, server.url, {
    open: (connection) => {
      const megabyte = new Uint8Array(1_000_000);
      for (let index = 0; index < 80; index += 1) connection.send(megabyte);
    },
  });
  expect(await talk.end).toEqual(["open 101", "end 1006  (backlog_full)"]);
});

test("leaving sends everything and a close frame, and tells nothing more", async () => {
  const { promise: seen, resolve } = Promise.withResolvers<string>();
  using server = Bun.serve({
    port: 0,
    fetch: (request, self) => (self.upgrade(request) ? undefined : new Response()),
    websocket: {
      message: (socket: ServerWebSocket, text) => {
        socket.send(text);
      },
      close: (_, code) => resolve(`closed ${code}`),
    },
  });
  using client = testClient();
  const talk = converse(client, urlOf(server));
  await talk.until(1);
  talk.connection.send("x".repeat(1_000_000));
  talk.connection.leave(1001);
  expect(await seen).toBe("closed 1001");
  expect(talk.events).toEqual(["open 101"]);
});

test("a large message survives a peer that reads slowly", async () => {
  using server = echoServer();
  using client = testClient({ maxMessageBytes: 20_000_000 });
  const big = new Uint8Array(12_000_000).map((_, index) => index % 251);
  const { promise: came, resolve } = Promise.withResolvers<Uint8Array>();
  converse(client, urlOf(server), {
    open: (connection) => {
      connection.send(big.subarray(0, 6_000_000));
      connection.send("behind it");
      connection.pause();
      queueMicrotask(() => connection.resume());
    },
    message: (connection, data) => {
      if (typeof data === "string") connection.abandon();
      else resolve(data as Uint8Array);
    },
  });
  expect(Buffer.compare(await came, big.subarray(0, 6_000_000))).toBe(0);
});

test.each([
  ["http://localhost/", "its scheme must be ws or wss"],
  ["/path", "give a whole URL, such as ws://localhost:8080/path"],
  ["ws://localhost/#part", "it must have no fragment"],
  ["ws://me@localhost/", "it must have no user name or password; give the header Authorization"],
])("%p is no WebSocket's URL", (url, advice) => {
  expect(() => parseWsUrl(url)).toThrow(`Cannot open the WebSocket "${url}": ${advice}`);
});

test.each([
  [{ headers: [["Upgrade", "x"]] as const }, "Cannot send the header upgrade"],
  [{ headers: [["a b", "x"]] as const }, "Cannot send the header name"],
  [{ headers: [["a", "x\r\ny: z"]] as const }, "Cannot send the value of a"],
  [{ protocols: ["a", "a"] }, "Cannot offer the protocols"],
  [{ protocols: ["a,b"] }, "Cannot offer the protocols"],
])("%p is refused before anything is sent", (request, message) => {
  using client = testClient();
  expect(() => converse(client, "ws://localhost/", {}, request)).toThrow(message);
});
