import { expect, test } from "bun:test";
import { once } from "node:events";
import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { FakeClock } from "@breakwater/clock/testing";
import { http2Type } from "@breakwater/wire";
import { certificates } from "./testing/certificates.ts";
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
const { authority, key, localhost } = certificates;
const tls = { insecureSkipVerify: false, ca: authority };
const auto: RequestOptions = { httpVersion: "auto" };
const prior: RequestOptions = { httpVersion: "2" };
const ok = ({ peer, streamId }: Http2Request): void => peer.ok(streamId);

interface SecureServer extends AsyncDisposable {
  readonly url: string;
  readonly server: Http2SecureServer;
  readonly sessions: () => number;
}

/** node:http2: a peer that is not ours. */
async function secureServer(
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  options: { readonly allowHTTP1?: boolean } = {},
): Promise<SecureServer> {
  const server = createSecureServer({ cert: localhost, key, ...options });
  let sessions = 0;
  server.on("session", () => {
    sessions += 1;
  });
  server.on("stream", onStream);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}/`,
    server,
    sessions: () => sessions,
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
}

test("a request goes over HTTP/2 when the server chooses it", async () => {
  const seen: IncomingHttpHeaders[] = [];
  await using server = await secureServer((stream, headers) => {
    seen.push(headers);
    stream.respond({ ":status": 201, "x-one-two": "3", "set-cookie": ["a=1", "b=2"] });
    stream.end("hello");
  });
  using client = testClient({ tls });
  const connections = client.connections(many);
  const url = `${server.url}path?query`;
  const request = requestTo(url, { ...auto, headers: [["X-Test", "é"]] });
  const { status, body, exchange } = await exchangeWith(connections, request);
  expect([status, body, exchange.head?.protocol, exchange.head?.reason]).toEqual([
    201,
    "hello",
    "HTTP/2.0",
    "Created",
  ]);
  expect(exchange.head?.header("x-one-two")).toBe("3");
  expect(exchange.head?.headers()).toContainEqual(["X-One-Two", "3"]);
  expect(exchange.head?.headers().filter(([name]) => name === "Set-Cookie")).toHaveLength(2);
  expect([exchange.tlsVersion, exchange.isReused]).toEqual(["tls1.3", false]);
  expect(exchange.tlsCipher).toStartWith("TLS_AES_");
  expect(seen[0]).toMatchObject({
    ":method": "GET",
    ":path": "/path?query",
    ":scheme": "https",
    ":authority": new URL(url).host,
  });
  const second = await exchangeWith(connections, request);
  expect([second.exchange.isReused, server.sessions()]).toEqual([true, 1]);
});

test("a server that chooses HTTP/1.1 gets it, and keeps its connection", async () => {
  await using server = await faultServer({
    tls: { cert: localhost, key, ALPNProtocols: ["http/1.1"] },
    onRequest: ({ socket }) => void socket.write(okResponse),
  });
  using client = testClient({ tls });
  const connections = client.connections(many);
  for (const _ of [1, 2]) {
    const outcome = await exchangeWith(connections, requestTo(server.url, auto));
    expect([outcome.body, outcome.exchange.head?.protocol]).toEqual(["ok", "HTTP/1.1"]);
  }
  expect(server.accepted).toBe(1);
});

test("a batch over HTTP/1.1 opens its connections when the first has shown the version", async () => {
  await using server = await faultServer({
    tls: { cert: localhost, key, ALPNProtocols: ["http/1.1"] },
    onRequest: ({ socket }) => void socket.write(okResponse),
  });
  using client = testClient({ tls });
  const connections = client.connections(many);
  const batch = [1, 2, 3].map(() => exchangeWith(connections, requestTo(server.url, auto)));
  expect((await Promise.all(batch)).map(({ body }) => body)).toEqual(["ok", "ok", "ok"]);
  expect(server.accepted).toBe(3);
});

test("a server without ALPN that is asked for HTTP/2 alone fails the request", async () => {
  await using server = await faultServer({ tls: { cert: localhost, key } });
  using client = testClient({ tls });
  const { code } = await exchangeWith(client.connections(many), requestTo(server.url, prior));
  expect(code).toBe("http2_unsupported");
});

test("a batch goes over one session, each VU has its own", async () => {
  const held: ServerHttp2Stream[] = [];
  await using server = await secureServer((stream) => {
    held.push(stream);
    if (held.length < 10) return;
    for (const one of held.splice(0).toReversed()) {
      one.respond();
      one.end(String(one.id));
    }
  });
  using client = testClient({ tls });
  const bodies = async (): Promise<string[]> => {
    const connections = client.connections(many);
    const batch = Array.from({ length: 10 }, () =>
      exchangeWith(connections, requestTo(server.url, auto)),
    );
    return (await Promise.all(batch)).map(({ body }) => body);
  };
  const odd = Array.from({ length: 10 }, (_, index) => String(2 * index + 1));
  expect(await bodies()).toEqual(odd);
  expect(server.sessions()).toBe(1);
  expect(await bodies()).toEqual(odd);
  expect(server.sessions()).toBe(2);
});

test("those that wait for a connection fail with it", async () => {
  await using server = await faultServer({ tls: { cert: localhost, key } });
  using client = testClient({ tls: { insecureSkipVerify: false } });
  const connections = client.connections(many);
  const batch = [1, 2, 3].map(() => exchangeWith(connections, requestTo(server.url, auto)));
  const codes = (await Promise.all(batch)).map(({ code }) => code);
  expect(codes).toEqual(Array(3).fill("tls_unknown_authority"));
});

test("those that wait go on when the first gives up by its own timeout", async () => {
  const clock = new FakeClock();
  await using server = await secureServer((stream) => {
    stream.respond();
    stream.end("ok");
  });
  const { promise, resolve } = Promise.withResolvers<{ address: string; family: 4 }[]>();
  let lookups = 0;
  const lookup = () => {
    lookups += 1;
    return promise;
  };
  using client = testClient({ tls, clock, lookup });
  const connections = client.connections(many);
  const first = exchangeWith(connections, requestTo(server.url, { ...auto, timeoutMs: 100 }));
  const second = exchangeWith(connections, requestTo(server.url, auto));
  await Promise.resolve();
  await clock.advanceTo(200);
  expect((await first).code).toBe("timeout");
  resolve([{ address: "127.0.0.1", family: 4 }]);
  expect((await second).status).toBe(200);
  expect(lookups).toBe(1);
});

test.each<[string, RequestOptions["body"]]>([
  ["bytes", Buffer.alloc(1_000_000, "0123456789")],
  ["a stream", streamOf(...Array<Uint8Array>(20).fill(Buffer.alloc(50_000, "0123456789")))],
])("%s go both ways, as windows allow", async (_name, body) => {
  await using server = await secureServer((stream) => {
    stream.respond();
    stream.pipe(stream);
  });
  using client = testClient({ tls });
  const outcome = await exchangeWith(
    client.connections(many),
    requestTo(server.url, { ...auto, method: "POST", body: body! }),
  );
  expect(outcome.body).toBe("0123456789".repeat(100_000));
  expect(outcome.exchange.bytesSent).toBeGreaterThan(1_000_000);
  expect(outcome.exchange.bytesReceived).toBeGreaterThan(1_000_000);
});

test("more than a window comes when it is opened again", async () => {
  const mebibytes = 9;
  await using server = await secureServer((stream) => {
    stream.respond({ "content-length": mebibytes * 1024 * 1024 });
    stream.end(Buffer.alloc(mebibytes * 1024 * 1024));
  });
  using client = testClient({ tls });
  const request = requestTo(server.url, { ...auto, collectBody: false });
  const { exchange } = await exchangeWith(client.connections(many), request);
  expect(exchange.failure).toBeUndefined();
  expect(exchange.bodyBytes).toBe(mebibytes * 1024 * 1024);
});

test("trailers and interim responses are passed over", async () => {
  await using server = await secureServer((stream) => {
    stream.additionalHeaders({ ":status": 103, link: "</a>" });
    stream.respond({ ":status": 200 }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "x-after": "1" }));
    stream.end("ok");
  });
  using client = testClient({ tls });
  const { status, body, exchange } = await exchangeWith(
    client.connections(many),
    requestTo(server.url, auto),
  );
  expect([status, body, exchange.head?.header("x-after")]).toEqual([200, "ok", undefined]);
});

test("a response to HEAD has a length and no body", async () => {
  await using server = await secureServer((stream) => {
    stream.respond({ "content-length": 5 }, { endStream: true });
  });
  using client = testClient({ tls });
  const { status, exchange } = await exchangeWith(
    client.connections(many),
    requestTo(server.url, { ...auto, method: "HEAD" }),
  );
  expect([status, exchange.head?.contentLength, exchange.bodyBytes]).toEqual([200, 5, 0]);
});

test("http:// is HTTP/1.1, unless HTTP/2 is asked for", async () => {
  await using plain = await faultServer({
    onRequest: ({ socket }) => void socket.write(okResponse),
  });
  await using server = await http2Server({ onRequest: ok });
  using client = testClient();
  const connections = client.connections(many);
  const first = await exchangeWith(connections, requestTo(plain.url, auto));
  const second = await exchangeWith(connections, requestTo(server.url, prior));
  expect([first, second].map(({ exchange }) => exchange.head?.protocol)).toEqual([
    "HTTP/1.1",
    "HTTP/2.0",
  ]);
});

test("without reuse every request has a connection of its own, which is closed behind it", async () => {
  await using server = await http2Server({ onRequest: ok });
  using client = testClient();
  const connections = client.connections({ ...many, reuse: false });
  for (const _ of [1, 2]) {
    expect((await exchangeWith(connections, requestTo(server.url, prior))).body).toBe("ok");
  }
  expect(server.requests.map(({ streamId }) => streamId)).toEqual([1, 1]);
});

test("closeIdle() closes a session, and the next request opens another", async () => {
  await using server = await http2Server({ onRequest: ok });
  using client = testClient();
  const connections = client.connections(many);
  await exchangeWith(connections, requestTo(server.url, prior));
  connections.closeIdle();
  const { exchange } = await exchangeWith(connections, requestTo(server.url, prior));
  expect([exchange.isReused, server.accepted]).toEqual([false, 2]);
});

test("beyond the server's limit of streams another session is opened", async () => {
  // SETTINGS_MAX_CONCURRENT_STREAMS: 1
  const settings = Uint8Array.of(0, 3, 0, 0, 0, 1);
  const held: Http2Request[] = [];
  await using server = await http2Server({
    settings,
    onRequest: (request) => {
      held.push(request);
      if (request.index === 0) ok(request);
      else if (held.length === 3) for (const one of held.slice(1)) ok(one);
    },
  });
  using client = testClient();
  const connections = client.connections(many);
  await exchangeWith(connections, requestTo(server.url, prior));
  const both = [1, 2].map(() => exchangeWith(connections, requestTo(server.url, prior)));
  expect((await Promise.all(both)).map(({ body }) => body)).toEqual(["ok", "ok"]);
  expect(held.map(({ peer }) => peer.connection)).toEqual([0, 0, 1]);
});

test("the times of an exchange add up", async () => {
  const clock = new FakeClock();
  await using server = await http2Server({
    onRequest: ({ peer, streamId }) => {
      void clock.advanceTo(30);
      peer.head(streamId, false);
      peer.send(http2Type.ping, 0, 0, new Uint8Array(8));
    },
    onFrame: ({ type }, peer) => {
      if (type !== http2Type.ping) return;
      void clock.advanceTo(35);
      peer.data(1, "", true);
    },
  });
  using client = testClient({ clock });
  const { exchange } = await exchangeWith(
    client.connections(many),
    requestTo(server.url, { ...prior, firstByteTimeoutMs: 1000 }),
  );
  const { blockedMs, sendingMs, waitingMs, receivingMs } = exchange;
  expect([blockedMs, sendingMs, waitingMs, receivingMs]).toEqual([0, 0, 30, 5]);
});
