import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { defaultLimits, encodeHttp2Frame, http2Type } from "@breakwater/wire";
import { k6ErrorCodeOf } from "./failure.ts";
import {
  exchangeWith,
  type RequestOptions,
  requestTo,
  testClient,
} from "./testing/exchange-with.ts";
import { faultServer, okResponse } from "./testing/fault-server.ts";
import { type Http2Request, http2Server } from "./testing/http2-server.ts";
import { streamOf } from "./testing/stream-of.ts";

const many = { maxIdlePerOrigin: 6, reuse: true };
const prior: RequestOptions = { httpVersion: "2" };
const ok = ({ peer, streamId }: Http2Request): void => peer.ok(streamId);
const raw = (type: number, flags: number, streamId: number, hex: string) => ({
  type,
  flags,
  streamId,
  payload: Uint8Array.fromHex(hex),
});

/** What a first request on a new session ends with. */
async function outcomeOf(onRequest: (request: Http2Request) => void, options: RequestOptions = {}) {
  await using server = await http2Server({ onRequest });
  using client = testClient();
  const request = requestTo(server.url, { ...prior, ...options });
  const { code, exchange, status } = await exchangeWith(client.connections(many), request);
  const k6Code = exchange.failure && k6ErrorCodeOf(exchange.failure);
  return { code, k6Code, status, message: exchange.failure?.message, server, exchange };
}

test.each<[string, string, number, (request: Http2Request) => void]>([
  ["resets the stream", "http2_stream", 1633, ({ peer, streamId }) => peer.reset(streamId, 2)],
  [
    "resets it within the response",
    "http2_stream",
    1639,
    ({ peer, streamId }) => {
      peer.head(streamId, false);
      peer.reset(streamId, 8);
    },
  ],
  [
    "resets it with a code of its own",
    "http2_stream",
    1630,
    ({ peer, streamId }) => peer.reset(streamId, 99),
  ],
  [
    "says GOAWAY and closes",
    "http2_goaway",
    1622,
    ({ peer, streamId }) => {
      peer.goAway(streamId, 11);
      peer.socket.end();
    },
  ],
  ["says GOAWAY with an error at once", "http2_goaway", 1612, ({ peer }) => peer.goAway(0, 1)],
  ["closes", "closed_early", 1000, ({ peer }) => void peer.socket.end()],
  ["resets the connection", "reset", 1220, ({ peer }) => void peer.socket.resetAndDestroy()],
])("a server that %s gives %s and k6's %i", async (_name, code, k6Code, fault) => {
  expect(await outcomeOf(fault)).toMatchObject({ code, k6Code });
});

describe("a server that breaks the protocol is told why, and all its streams fail", () => {
  const ofStream = 1;
  test.each([
    ["a frame that is too large", 6, raw(0, 0, ofStream, "00".repeat(16_385))],
    ["a header block that cannot be decoded", 9, raw(1, 4, ofStream, "80")],
    ["a push", 1, raw(5, 4, ofStream, "0000000288")],
    ["a continuation of nothing", 1, raw(9, 4, ofStream, "88")],
    ["HEADERS on a stream that nobody opened", 1, raw(1, 4, 7, "88")],
    ["DATA on a stream of its own", 1, raw(0, 0, 2, "00")],
    ["DATA that is all padding", 1, raw(0, 8, ofStream, "05")],
    ["HEADERS shorter than their priority", 6, raw(1, 0x24, ofStream, "00")],
    ["RST_STREAM of a wrong length", 6, raw(3, 0, ofStream, "00")],
    ["a PING of a wrong length", 6, raw(6, 0, 0, "00")],
    ["a short GOAWAY", 6, raw(7, 0, 0, "00000000")],
    ["SETTINGS of a wrong length", 6, raw(4, 0, 0, "00")],
    ["a window setting beyond 2^31", 3, raw(4, 0, 0, "0004ffffffff")],
    ["a frame size below 2^14", 1, raw(4, 0, 0, "000500000001")],
    ["a window opened by nothing", 1, raw(8, 0, 0, "00000000")],
    ["a window opened beyond 2^31", 3, raw(8, 0, 0, "7fffffff")],
    ["a stream's window opened beyond 2^31", 3, raw(8, 0, ofStream, "7fffffff")],
  ])("%s", async (_name, http2Code, frame) => {
    await using server = await http2Server({
      onRequest: ({ peer }) => void peer.socket.write(encodeHttp2Frame(frame, frame.payload)),
    });
    using client = testClient();
    const connections = client.connections(many);
    const both = [1, 2].map(() => exchangeWith(connections, requestTo(server.url, prior)));
    for (const { code, exchange } of await Promise.all(both)) {
      expect(code).toBe("http2_connection");
      expect(k6ErrorCodeOf(exchange.failure!)).toBe(1651 + http2Code);
    }
    expect(await server.received("7 ")).toBe(`7 0 0: 000000000000000${http2Code}`);
  });

  test("a server that speaks HTTP/1.1 instead", async () => {
    await using server = await faultServer({
      onConnection: (socket) => void socket.write(okResponse),
    });
    using client = testClient();
    const { code } = await exchangeWith(client.connections(many), requestTo(server.url, prior));
    expect(code).toBe("http2_connection");
  });

  test("a block that goes on without end", async () => {
    const { code, k6Code } = await outcomeOf(({ peer, streamId }) => {
      peer.send(http2Type.headers, 0, streamId, Uint8Array.of(0x88));
      for (let index = 0; index < 17; index += 1) {
        peer.send(http2Type.continuation, 0, streamId, new Uint8Array(16_384));
      }
    });
    expect([code, k6Code]).toEqual(["http2_connection", 1662]);
  });

  test("one that asks and does not read", async () => {
    await using server = await http2Server({
      onRequest: ({ peer }) => {
        peer.socket.pause();
        const pings = encodeHttp2Frame(raw(6, 0, 0, ""), new Uint8Array(8));
        peer.socket.write(Buffer.concat(Array<Uint8Array>(1_500_000).fill(pings)));
      },
    });
    using client = testClient();
    const { code, exchange } = await exchangeWith(
      client.connections(many),
      requestTo(server.url, prior),
    );
    expect([code, exchange.failure?.http2Code]).toEqual(["http2_connection", 11]);
  });
});

test.each<[string, string, (request: Http2Request) => void]>([
  [
    "no status",
    "invalid_response",
    ({ peer, streamId }) =>
      peer.send(1, 5, streamId, Uint8Array.fromHex("000161 0162".replace(" ", ""))),
  ],
  [
    "a name in upper case",
    "invalid_response",
    ({ peer, streamId }) => peer.send(1, 5, streamId, Uint8Array.fromHex("880001410162")),
  ],
  [
    "a body before its head",
    "invalid_response",
    ({ peer, streamId }) => peer.data(streamId, "x", true),
  ],
  [
    "less than its length",
    "closed_early",
    ({ peer, streamId }) => {
      peer.send(1, 4, streamId, Uint8Array.fromHex("880f0d0139"));
      peer.data(streamId, "12345678", true);
    },
  ],
  [
    "more than its length",
    "invalid_response",
    ({ peer, streamId }) => {
      peer.send(1, 4, streamId, Uint8Array.fromHex("880f0d0131"));
      peer.data(streamId, "12", true);
    },
  ],
  [
    "trailers that do not end it",
    "invalid_response",
    ({ peer, streamId }) => {
      peer.head(streamId, false);
      peer.head(streamId, false);
    },
  ],
])("a response with %s fails as %s", async (_name, code, fault) => {
  expect(await outcomeOf(fault)).toMatchObject({ code });
});

test.each<[string, Partial<typeof defaultLimits>, (request: Http2Request) => void]>([
  [
    "maxBodyBytes",
    { maxBodyBytes: 3 },
    ({ peer, streamId }) => {
      peer.head(streamId, false);
      peer.data(streamId, "1234", false);
    },
  ],
  [
    "maxHeaders",
    { maxHeaders: 1 },
    ({ peer, streamId }) => peer.send(1, 4, streamId, Uint8Array.fromHex("888888")),
  ],
  [
    "maxHeadBytes",
    { maxHeadBytes: 50 },
    ({ peer, streamId }) => peer.send(1, 4, streamId, Uint8Array.fromHex("888888")),
  ],
  [
    "maxInterim",
    { maxInterim: 1 },
    ({ peer, streamId }) => {
      for (const _ of [1, 2]) peer.send(1, 4, streamId, Uint8Array.fromHex("0803313033"));
    },
  ],
])("beyond %s the stream is reset and the session stays", async (_name, limits, fault) => {
  await using server = await http2Server({
    onRequest: (request) => (request.index === 0 ? fault(request) : ok(request)),
  });
  using client = testClient({ limits: { ...defaultLimits, ...limits } });
  const connections = client.connections(many);
  const request = requestTo(server.url, prior);
  expect((await exchangeWith(connections, request)).code).toBe("too_large");
  expect(await server.received("3 ")).toBe("3 0 1: 00000008");
  expect((await exchangeWith(connections, request)).status).toBe(200);
  expect(server.accepted).toBe(1);
});

describe("a request that was not processed is sent again, once", () => {
  const post: RequestOptions = { ...prior, method: "POST", body: Buffer.from("body") };

  test.each<[string, RequestOptions, (request: Http2Request) => void, number]>([
    ["after GOAWAY", prior, ({ peer }) => peer.goAway(1, 0), 2],
    ["after GOAWAY, a POST too", post, ({ peer }) => peer.goAway(1, 0), 2],
    ["when refused", post, ({ peer, streamId }) => peer.reset(streamId, 7), 1],
    ["when the session is closed", prior, ({ peer }) => void peer.socket.end(), 2],
  ])("%s", async (_name, options, fault, accepted) => {
    await using server = await http2Server({
      onRequest: (request) => (request.index === 1 ? fault(request) : ok(request)),
    });
    using client = testClient();
    const connections = client.connections(many);
    await exchangeWith(connections, requestTo(server.url, prior));
    const { body, code } = await exchangeWith(connections, requestTo(server.url, options));
    expect([body, code, server.requests.length]).toEqual(["ok", undefined, 3]);
    expect(server.accepted).toBe(accepted);
  });

  test.each<[string, RequestOptions, (request: Http2Request) => void, string]>([
    [
      "a POST when the session is closed",
      post,
      ({ peer }) => void peer.socket.end(),
      "closed_early",
    ],
    [
      "a stream that has been read",
      { ...post, body: streamOf(Buffer.from("x")) },
      ({ peer }) => peer.goAway(1, 0),
      "http2_goaway",
    ],
    [
      "a response that had begun",
      prior,
      ({ peer, streamId }) => {
        peer.head(streamId, false);
        peer.socket.end();
      },
      "closed_early",
    ],
  ])("but not %s", async (_name, options, fault, code) => {
    await using server = await http2Server({
      onRequest: (request) => (request.index === 1 ? fault(request) : ok(request)),
    });
    using client = testClient();
    const connections = client.connections(many);
    await exchangeWith(connections, requestTo(server.url, prior));
    expect((await exchangeWith(connections, requestTo(server.url, options))).code).toBe(code);
    expect(server.requests).toHaveLength(2);
  });

  test("and not a third time", async () => {
    const { code } = await outcomeOf(({ peer, streamId }) => peer.reset(streamId, 7));
    expect(code).toBe("http2_stream");
  });
});

test("GOAWAY lets what is under way come to its end, and no other begin", async () => {
  await using server = await http2Server({
    onRequest: (request) => {
      if (request.peer.connection === 0) request.peer.goAway(1, 0);
      ok(request);
    },
  });
  using client = testClient();
  const connections = client.connections(many);
  for (const _ of [1, 2]) {
    expect((await exchangeWith(connections, requestTo(server.url, prior))).body).toBe("ok");
  }
  expect(server.accepted).toBe(2);
});

test.each<[string, RequestOptions]>([
  ["timeout", { timeoutMs: 100 }],
  ["first_byte_timeout", { firstByteTimeoutMs: 100 }],
])("a %s resets the stream, and the session stays", async (code, options) => {
  const clock = new FakeClock();
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  await using server = await http2Server({
    onRequest: (request) => (request.index === 0 ? resolve() : ok(request)),
  });
  using client = testClient({ clock });
  const connections = client.connections(many);
  const slow = exchangeWith(connections, requestTo(server.url, { ...prior, ...options }));
  await arrived;
  await clock.advanceTo(99);
  await clock.advanceTo(200);
  const outcome = await slow;
  expect([outcome.code, outcome.exchange.waitingMs]).toEqual([code, 100]);
  expect(await server.received("3 ")).toBe("3 0 1: 00000008");
  expect((await exchangeWith(connections, requestTo(server.url, prior))).status).toBe(200);
  expect(server.accepted).toBe(1);
});

test("interrupt() resets the streams under way, close() the session too", async () => {
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  await using server = await http2Server({ onRequest: () => resolve() });
  using client = testClient();
  const connections = client.connections(many);
  const first = exchangeWith(connections, requestTo(server.url, prior));
  await arrived;
  connections.interrupt();
  expect((await first).code).toBe("interrupted");
  await server.received("3 0 1: 00000008");
  const second = exchangeWith(connections, requestTo(server.url, prior));
  connections.close();
  expect((await second).code).toBe("interrupted");
  const third = exchangeWith(connections, requestTo(server.url, prior));
  expect((await third).code).toBe("interrupted");
});

test("a response that comes before the request is sent ends it", async () => {
  // SETTINGS_INITIAL_WINDOW_SIZE: 10
  const settings = Uint8Array.of(0, 4, 0, 0, 0, 10);
  await using server = await http2Server({ settings, onRequest: ok });
  using client = testClient();
  const request = requestTo(server.url, {
    ...prior,
    method: "POST",
    body: Buffer.alloc(100_000),
  });
  expect((await exchangeWith(client.connections(many), request)).body).toBe("ok");
  expect(await server.received("3 ")).toBe("3 0 1: 00000008");
});

test("a body waits for the windows of stream and session", async () => {
  const settings = Uint8Array.of(0, 4, 0, 0, 0, 10);
  let seen = "";
  await using server = await http2Server({
    settings,
    onFrame: ({ type, flags, streamId, bytes, from, to }, peer) => {
      if (type !== http2Type.data) return;
      const text = Buffer.from(bytes.subarray(from, to)).toString();
      seen += `${text}|`;
      if ((flags & 1) === 1) peer.ok(streamId);
      else peer.send(http2Type.windowUpdate, 0, streamId, Uint8Array.of(0, 0, 0, text.length));
    },
  });
  using client = testClient();
  const connections = client.connections(many);
  // So that the SETTINGS have come.
  await exchangeWith(
    connections,
    requestTo(server.url, { ...prior, method: "PUT", body: Buffer.of() }),
  );
  const body = Buffer.from("0123456789abcdefghij-");
  await exchangeWith(connections, requestTo(server.url, { ...prior, method: "PUT", body }));
  expect(seen).toBe("|0123456789|abcdefghij|-||");
});

test("a body that cannot be read resets its stream", async () => {
  const body = new ReadableStream<Uint8Array>({
    pull: () => {
      throw new Error("broken");
    },
  });
  const { code, message } = await outcomeOf(() => {}, { method: "POST", body });
  expect(code).toBe("body_stream_failed");
  expect(message).toEndWith("its body could not be read: broken");
});
