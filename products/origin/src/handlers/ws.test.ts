import { describe, expect, test } from "bun:test";
import {
  type HttpServerOptions,
  type RunningHttpServer,
  router,
  serveHttp,
} from "@breakwater/http-server";
import { type FakeRequest, fakeExchange } from "@breakwater/http-server/testing";
import { systemClock } from "@breakwater/system-clock";
import { ws, wsClose } from "./ws.ts";

const options = { clock: systemClock(), maxUnsentBytes: 1_048_576 };

function serve(): RunningHttpServer {
  const settings: HttpServerOptions = {
    port: 0,
    hostname: "127.0.0.1",
    clock: options.clock,
    limits: {
      maxHeadBytes: 16_384,
      maxHeaders: 100,
      maxBodyBytes: 1000,
      maxConnections: 100,
      maxStreams: 100,
      idleTimeoutMs: 0,
      maxUnsentBytes: options.maxUnsentBytes,
    },
    onError: (error) => {
      throw error;
    },
    handler: router({
      routes: { "/ws": ws(options), "/ws/close": wsClose(options) },
      fallback: ({ respond }) => respond({ status: 404 }),
    }),
  };
  return serveHttp(settings);
}

interface Client extends Disposable {
  readonly socket: WebSocket;
  /** The next so many messages. */
  take(count: number): Promise<readonly (string | Buffer)[]>;
  readonly closed: Promise<CloseEvent>;
}

async function connect(
  server: RunningHttpServer,
  target: string,
  protocols: string[] = [],
): Promise<Client> {
  const url = new URL(target, server.url);
  const socket = new WebSocket(url.href.replace("http", "ws"), protocols);
  socket.binaryType = "nodebuffer";
  const got: (string | Buffer)[] = [];
  let look = (): void => {};
  socket.onmessage = ({ data }) => {
    got.push(data as string | Buffer);
    look();
  };
  const closed = new Promise<CloseEvent>((resolve) => {
    socket.onclose = resolve;
  });
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const take = (count: number) =>
    new Promise<readonly (string | Buffer)[]>((resolve) => {
      look = () => got.length >= count && resolve(got.splice(0, count));
      look();
    });
  return { socket, take, closed, [Symbol.dispose]: () => socket.close() };
}

describe("/ws", () => {
  test.each<[string, string | Buffer]>([
    ["a text", "grüß dich"],
    ["an empty text", ""],
    ["bytes", Buffer.from([0xff, 0, 1])],
    ["64 KiB", Buffer.alloc(65_536, 7)],
    ["all that it takes", Buffer.alloc(16 * 1024 ** 2, 7)],
  ])("sends %s back", async (_, message) => {
    await using server = serve();
    using client = await connect(server, "/ws");
    client.socket.send(message);
    const [answer] = await client.take(1);
    // toEqual() of 16 MiB takes seconds.
    expect(typeof answer).toBe(typeof message);
    expect(Buffer.compare(Buffer.from(answer ?? ""), Buffer.from(message))).toBe(0);
  });

  test("sends all back in order, although nobody reads meanwhile", async () => {
    await using server = serve();
    using client = await connect(server, "/ws");
    for (let message = 0; message < 10_000; message += 1) client.socket.send(`message ${message}`);
    for (let message = 0; message < 20; message += 1) client.socket.send(Buffer.alloc(2 ** 20));
    client.socket.send("last");
    const answers = await client.take(10_021);
    expect(answers.slice(0, 10_000).every((answer, at) => answer === `message ${at}`)).toBe(true);
    expect(answers.at(-1)).toBe("last");
  });

  test("closes with 1009 for more than 16 MiB", async () => {
    await using server = serve();
    using client = await connect(server, "/ws");
    client.socket.send(Buffer.alloc(16 * 1024 ** 2 + 1));
    const { code, reason } = await client.closed;
    expect([code, reason]).toEqual([1009, expect.stringContaining("beyond 16777216 bytes")]);
  });

  test("answers a client's close with its code", async () => {
    await using server = serve();
    using client = await connect(server, "/ws");
    client.socket.close(4001, "enough");
    expect(await client.closed).toMatchObject({ code: 4001, wasClean: true });
  });

  test("answers pings", async () => {
    await using server = serve();
    using client = await connect(server, "/ws");
    const ponged = new Promise((resolve) => client.socket.addEventListener("pong", resolve));
    client.socket.ping("p");
    await ponged;
  });

  test("closes with 1001 when the server stops, and the stop waits for nothing more", async () => {
    const server = serve();
    using client = await connect(server, "/ws");
    const stopped = server.stop({ graceMs: 60_000 });
    const { code, reason } = await client.closed;
    expect([code, reason]).toEqual([1001, "the server is stopping"]);
    await stopped;
  });

  test("closes with 1001 when it is opened while the server is stopping", async () => {
    const server = serve();
    server.announceStop();
    using client = await connect(server, "/ws");
    const stopped = server.stop({ graceMs: 60_000 });
    expect(await client.closed).toMatchObject({ code: 1001 });
    await stopped;
  });

  test("takes the first subprotocol that is offered, and compresses when asked to", async () => {
    await using server = serve();
    using plain = await connect(server, "/ws", ["chat", "superchat"]);
    expect([plain.socket.protocol, plain.socket.extensions]).toEqual(["chat", ""]);
    using deflated = await connect(server, "/ws?deflate=true");
    expect(deflated.socket.extensions).toContain("permessage-deflate");
    const long = "long ".repeat(10_000);
    deflated.socket.send(long);
    deflated.socket.send("short");
    expect(await deflated.take(2)).toEqual([long, "short"]);
  });
});

test.each<[string | Buffer, string | Buffer]>([
  ["hi", "Server received: hi"],
  [Buffer.from([65, 200]), Buffer.concat([Buffer.from("Server received: A"), Buffer.from([200])])],
])("/ws/close answers %p once and closes", async (message, answer) => {
  await using server = serve();
  using client = await connect(server, "/ws/close");
  client.socket.send(message);
  client.socket.send("another");
  expect(await client.take(1)).toEqual([answer]);
  expect(await client.closed).toMatchObject({ code: 1000, reason: "server done", wasClean: true });
});

test.each<[string, FakeRequest, number, string]>([
  ["a plain request", {}, 426, "upgrade"],
  ["another method", { method: "POST" }, 405, "POST"],
  ["HTTP/2", { protocol: "HTTP/2.0" }, 501, "HTTP/2.0"],
  ["a ping that is no number", { target: "/ws?ping=NaN" }, 400, '\\"NaN\\"'],
  ["a ping that is too late", { target: "/ws?ping=86400001" }, 400, "from 0 to 86400000"],
  ["a deflate that is neither", { target: "/ws?deflate=maybe" }, 400, "true or false"],
])("%s is refused with a sentence as JSON", async (_, request, status, message) => {
  const exchange = fakeExchange(request);
  await ws(options)(exchange, {});
  expect([exchange.answer.head?.status, exchange.text()]).toEqual([
    status,
    expect.stringMatching(/^\{"error":"Cannot .*"\}$/),
  ]);
  expect(exchange.text()).toContain(message);
});
