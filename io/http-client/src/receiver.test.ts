import { describe, expect, test } from "bun:test";
import type { Socket } from "node:net";
import { FakeClock } from "@breakwater/clock/testing";
import type { BodyFlow, BodyReceiver } from "./exchange.ts";
import { certificates } from "./testing/certificates.ts";
import { exchangeWith, requestTo, testClient } from "./testing/exchange-with.ts";
import { type FaultServerOptions, faultServer, okResponse } from "./testing/fault-server.ts";
import { streamOf } from "./testing/stream-of.ts";

const one = { maxIdlePerOrigin: 1, reuse: true };
const MIB = 1_048_576;

/** Keeps what comes, and the flow. */
class Receiver implements BodyReceiver {
  readonly #began = Promise.withResolvers<BodyFlow>();
  readonly #onBytes: (flow: BodyFlow) => void;
  #flow: BodyFlow | undefined;
  readonly hash = new Bun.CryptoHasher("sha1");
  bytes = 0;
  status: number | undefined;

  constructor(onBytes: (flow: BodyFlow) => void = () => {}) {
    this.#onBytes = onBytes;
  }

  get began(): Promise<BodyFlow> {
    return this.#began.promise;
  }

  onHead({ status }: { readonly status: number }, flow: BodyFlow): void {
    this.status = status;
    this.#flow = flow;
    this.#began.resolve(flow);
  }

  onBody(chunk: Uint8Array, from: number, to: number): void {
    this.bytes += to - from;
    this.hash.update(chunk.subarray(from, to));
    this.#onBytes(this.#flow!);
  }
}

const received = { collectBody: false } as const;

describe.each([
  ["TCP", undefined],
  ["TLS", certificates.localhost],
])("over %s", (_name, certificate) => {
  const tls = certificate && { key: certificates.key, cert: certificate };
  const client = () => testClient({ tls: { insecureSkipVerify: true } });
  const serve = (options: FaultServerOptions) => faultServer({ ...options, ...(tls && { tls }) });
  const total = 64 * MIB;
  const piece = Buffer.alloc(MIB, "0123456789abcdef");

  /** Writes as long as there is room; tells how much has gone. */
  const bigServer = async () => {
    const sent = { bytes: 0, closed: false };
    const feed = (socket: Socket): void => {
      while (sent.bytes < total) {
        sent.bytes += piece.length;
        if (!socket.write(piece)) return;
      }
    };
    const server = await serve({
      onConnection: (socket) => void socket.on("drain", () => feed(socket)),
      onRequest: ({ socket }) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
        feed(socket);
      },
    });
    return { server, sent };
  };

  /** Until the server has stopped writing, for many turns of the loop. */
  const settled = async (sent: { readonly bytes: number }): Promise<void> => {
    for (let still = 0, last = -1; still < 2000; still += 1) {
      if (sent.bytes !== last) still = 0;
      last = sent.bytes;
      await new Promise(setImmediate);
    }
  };

  test("what is not taken is not sent, and comes when it is", async () => {
    const { server, sent } = await bigServer();
    await using _server = server;
    using http = client();
    const connections = http.connections(one);
    const receiver = new Receiver();
    const ended = exchangeWith(connections, requestTo(server.url, { ...received, receiver }));
    const flow = await receiver.began;
    flow.pause();
    await settled(sent);
    expect(receiver.bytes).toBeLessThan(8 * MIB);
    expect(sent.bytes).toBeLessThan(32 * MIB);
    flow.resume();
    const { code, exchange } = await ended;
    expect([code, exchange.bodyBytes, receiver.bytes]).toEqual([undefined, total, total]);
    const want = new Bun.CryptoHasher("sha1");
    for (let bytes = 0; bytes < total; bytes += piece.length) want.update(piece);
    expect(receiver.hash.digest("hex")).toBe(want.digest("hex"));
  });

  test("a receiver may pause at every piece", async () => {
    const { server } = await bigServer();
    await using _server = server;
    using http = client();
    const receiver = new Receiver((flow) => {
      flow.pause();
      setImmediate(() => flow.resume());
    });
    const request = requestTo(server.url, { ...received, receiver });
    const { code, exchange } = await exchangeWith(http.connections(one), request);
    expect([code, exchange.bodyBytes]).toEqual([undefined, total]);
  });

  test("a cancelled response closes its connection, and no other", async () => {
    const { server } = await bigServer();
    await using _server = server;
    await using other = await serve({ onRequest: ({ socket }) => void socket.write(okResponse) });
    using http = client();
    const connections = http.connections({ maxIdlePerOrigin: 2, reuse: true });
    await exchangeWith(connections, requestTo(other.url));
    const receiver = new Receiver((flow) => flow.cancel());
    const request = requestTo(server.url, { ...received, receiver });
    const { code, exchange } = await exchangeWith(connections, request);
    expect([code, receiver.status]).toEqual(["interrupted", 200]);
    expect(exchange.failure?.message).toEndWith(": its receiver gave up");
    await server.closed(1);
    const again = await exchangeWith(connections, requestTo(other.url));
    expect(again.exchange.isReused).toBe(true);
  });

  test("a flow of which nothing is left to come does nothing any more", async () => {
    await using server = await serve({ onRequest: ({ socket }) => void socket.write(okResponse) });
    using http = client();
    const connections = http.connections(one);
    const receiver = new Receiver((flow) => flow.pause());
    const first = await exchangeWith(connections, requestTo(server.url, { ...received, receiver }));
    const flow = await receiver.began;
    flow.pause();
    flow.cancel();
    const second = await exchangeWith(connections, requestTo(server.url));
    expect([first.code, receiver.bytes]).toEqual([undefined, 2]);
    expect([second.body, second.exchange.isReused]).toEqual(["ok", true]);
  });
});

test("a receiver needs HTTP/1.1", () => {
  using client = testClient();
  const request = requestTo("http://127.0.0.1:1/", {
    ...received,
    httpVersion: "2",
    receiver: new Receiver(),
  });
  expect(() => client.connections(one).send(request, { onEnd: () => {} })).toThrow("HTTP/1.1");
});

test("a stream of known length goes out as it is, and the connection goes on", async () => {
  await using server = await faultServer({
    onRequest: ({ socket, text }) =>
      void (text.endsWith("hello world") && socket.write(okResponse)),
  });
  using client = testClient();
  const connections = client.connections(one);
  const send = () =>
    exchangeWith(
      connections,
      requestTo(server.url, {
        method: "PUT",
        headers: [["Content-Length", "11"]],
        body: streamOf(Buffer.from("hello"), Buffer.from(""), Buffer.from(" world")),
        bodyBytes: 11,
      }),
    );
  expect([(await send()).status, (await send()).exchange.isReused]).toEqual([200, true]);
  expect(server.requests[0]).toEndWith("Content-Length: 11\r\n\r\nhello world");
});

test.each([
  [["hello"], "its stream gives 5 bytes, where 11 were announced"],
  [[], "its stream gives 0 bytes, where 11 were announced"],
  [["hello", " world", "!"], "its stream gives more bytes, where 11 were announced"],
])("a stream of %j is not 11 bytes long", async (parts, reason) => {
  await using server = await faultServer({});
  using client = testClient();
  const request = requestTo(server.url, {
    method: "PUT",
    headers: [["Content-Length", "11"]],
    body: streamOf(...parts.map((part) => Buffer.from(part))),
    bodyBytes: 11,
  });
  const { code, exchange } = await exchangeWith(client.connections(one), request);
  expect(code).toBe("body_stream_failed");
  expect(exchange.failure?.message).toEndWith(reason);
  expect(exchange.bytesSent).toBeLessThanOrEqual(request.head.length + 11);
  await server.closed(1);
});

describe("a connection on which nothing goes either way", () => {
  const idle = { ...received, idleTimeoutMs: 1000 };

  test.each([
    ["", "waiting for the response"],
    ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome", "receiving the response"],
  ])("times out after %j", async (answer, stage) => {
    const asked = Promise.withResolvers<void>();
    await using server = await faultServer({
      onRequest: ({ socket }) => {
        socket.write(answer);
        asked.resolve();
      },
    });
    const clock = new FakeClock();
    using client = testClient({ clock });
    const receiver = new Receiver();
    const request = requestTo(server.url, { ...idle, receiver });
    const ended = exchangeWith(client.connections(one), request);
    await asked.promise;
    if (answer !== "") await receiver.began;
    await clock.advanceTo(900);
    expect(server.accepted).toBe(1);
    await clock.advanceTo(1200);
    const { code, exchange } = await ended;
    expect([code, exchange.endedMs]).toEqual(["timeout", 1050]);
    expect(exchange.failure?.message).toEndWith(`: no byte in 1000 ms, while ${stage}`);
  });

  test("does not when a byte comes now and then, however long that takes", async () => {
    const asked = Promise.withResolvers<Socket>();
    await using server = await faultServer({ onRequest: ({ socket }) => asked.resolve(socket) });
    const clock = new FakeClock();
    using client = testClient({ clock });
    let came = Promise.withResolvers<void>();
    const receiver = new Receiver(() => came.resolve());
    const request = requestTo(server.url, { ...idle, receiver });
    const ended = exchangeWith(client.connections(one), request);
    const socket = await asked.promise;
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    for (let byte = 1; byte <= 9; byte += 1) {
      came = Promise.withResolvers();
      socket.write("x");
      await came.promise;
      if (byte < 9) await clock.advanceTo(byte * 900);
    }
    expect((await ended).code).toBeUndefined();
  });

  test("may wait for as long as we hold it up ourselves", async () => {
    await using server = await faultServer({
      onRequest: ({ socket }) =>
        void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome"),
    });
    const clock = new FakeClock();
    using client = testClient({ clock });
    const receiver = new Receiver();
    const ended = exchangeWith(
      client.connections(one),
      requestTo(server.url, { ...idle, receiver }),
    );
    const flow = await receiver.began;
    flow.pause();
    await clock.advanceTo(60_000);
    flow.resume();
    await clock.advanceTo(62_000);
    const { code, exchange } = await ended;
    expect(code).toBe("timeout");
    expect(exchange.endedMs).toBeGreaterThanOrEqual(61_000);
  });

  test("is no fault of the next request, which may be of as many bytes", async () => {
    await using server = await faultServer({
      onRequest: ({ socket }) => void socket.write(okResponse),
    });
    const clock = new FakeClock();
    using client = testClient({ clock });
    const connections = client.connections(one);
    for (const nowMs of [0, 5000, 10_000]) {
      await clock.advanceTo(nowMs);
      const request = requestTo(server.url, { ...idle, receiver: new Receiver() });
      expect((await exchangeWith(connections, request)).code).toBeUndefined();
    }
    expect(server.accepted).toBe(1);
  });
});
