import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import type { Connections } from "./connections.ts";
import { exchangeWith, requestTo, testClient } from "./testing/exchange-with.ts";
import { type FaultRequest, faultServer, okResponse } from "./testing/fault-server.ts";
import { streamOf } from "./testing/stream-of.ts";

const two = { maxIdlePerOrigin: 2, reuse: true };
const ok = ({ socket }: FaultRequest) => void socket.write(okResponse);
const chunked = [["Transfer-Encoding", "chunked"]] as const;

test("a VU's requests go over one connection, and another VU has its own", async () => {
  await using server = await faultServer({ onRequest: ok });
  using client = testClient();
  const one = client.connections(two);
  const reused: boolean[] = [];
  for (const connections of [one, one, client.connections(two), one]) {
    const { exchange, body } = await exchangeWith(connections, requestTo(server.url));
    expect([body, exchange.remotePort]).toEqual(["ok", server.port]);
    reused.push(exchange.isReused);
  }
  expect(reused).toEqual([false, true, false, true]);
  expect(server.accepted).toBe(2);
});

test("each origin has its own connection", async () => {
  await using first = await faultServer({ onRequest: ok });
  await using second = await faultServer({ onRequest: ok });
  using client = testClient();
  const connections = client.connections(two);
  const ports: unknown[] = [];
  for (const { url } of [first, second, first, second]) {
    ports.push((await exchangeWith(connections, requestTo(url))).exchange.remotePort);
  }
  expect(ports).toEqual([first.port, second.port, first.port, second.port]);
  expect([first.accepted, second.accepted]).toEqual([1, 1]);
});

test("a listener that sends again at once uses the same connection", async () => {
  await using server = await faultServer({ onRequest: ok });
  using client = testClient();
  const connections = client.connections(two);
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = 100;
  const again = () => {
    left -= 1;
    if (left === 0) resolve();
    else connections.send(requestTo(server.url), { onEnd: again });
  };
  connections.send(requestTo(server.url), { onEnd: again });
  await promise;
  expect([server.accepted, server.requests.length]).toEqual([1, 100]);
});

test("the bytes both ways are counted, for the request and in all", async () => {
  await using server = await faultServer({ onRequest: ok });
  using client = testClient();
  const connections = client.connections(two);
  const request = requestTo(server.url, { collectBody: false });
  for (const _ of [1, 2]) {
    const { exchange, body } = await exchangeWith(connections, request);
    expect([exchange.bytesSent, exchange.bytesReceived]).toEqual([request.head.length, 40]);
    expect([exchange.bodyBytes, body]).toEqual([2, ""]);
  }
  expect([client.bytesSent, client.bytesReceived]).toEqual([2 * request.head.length, 80]);
});

test("a HEAD's response has no body, and the next response begins behind it", async () => {
  await using server = await faultServer({
    onRequest: ({ socket, index }) =>
      void socket.write(index === 0 ? okResponse.slice(0, -2) : okResponse),
  });
  using client = testClient();
  const connections = client.connections(two);
  const head = await exchangeWith(connections, requestTo(server.url, { method: "HEAD" }));
  expect([head.exchange.head?.contentLength, head.body]).toEqual([2, ""]);
  expect((await exchangeWith(connections, requestTo(server.url))).body).toBe("ok");
  expect(server.accepted).toBe(1);
});

test.each<[string, number, Parameters<typeof use>]>([
  ["one at a time", 1, [{ maxIdlePerOrigin: 2, reuse: true }, [1, 1, 1]]],
  ["as many as may stay", 2, [{ maxIdlePerOrigin: 2, reuse: true }, [2, 2]]],
  ["more than may stay", 4, [{ maxIdlePerOrigin: 2, reuse: true }, [3, 3]]],
  ["more than may stay in all", 3, [{ maxIdlePerOrigin: 9, maxIdle: 1, reuse: true }, [2, 2]]],
  ["none may stay", 2, [{ maxIdlePerOrigin: 0, reuse: true }, [1, 1]]],
  ["no reuse", 2, [{ maxIdlePerOrigin: 2, reuse: false }, [1, 1]]],
])("%s: rounds of requests take %d connection(s)", async (_name, wanted, args) => {
  expect(await use(...args)).toBe(wanted);
});

/** Sends rounds of requests, each round at once; the connections that took. */
async function use(
  options: { maxIdlePerOrigin: number; maxIdle?: number; reuse: boolean },
  rounds: number[],
): Promise<number> {
  await using server = await faultServer({ onRequest: ok });
  using client = testClient();
  const connections = client.connections(options);
  for (const count of rounds) {
    const sending = Array.from({ length: count }, () =>
      exchangeWith(connections, requestTo(server.url)),
    );
    expect((await Promise.all(sending)).map(({ status }) => status)).toEqual(
      Array.from({ length: count }, () => 200),
    );
  }
  return server.accepted;
}

test.each<[string, string, (connections: Connections) => void, string[], number]>([
  ["interrupt", "the idle one stays", (all) => all.interrupt(), ["interrupted"], 1],
  ["closeIdle", "the one in use stays", (all) => all.closeIdle(), [], 2],
  ["close", "all go", (all) => all.close(), ["interrupted"], 2],
])("%s: %s", async (_name, _what, act, codes, closedConnections) => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  await using server = await faultServer({
    onRequest: (request) => (request.text.startsWith("GET /hold") ? resolve() : ok(request)),
  });
  using client = testClient();
  const connections = client.connections(two);
  const holding = exchangeWith(connections, requestTo(`${server.url}hold`));
  await asked;
  await exchangeWith(connections, requestTo(server.url));
  const ended: string[] = [];
  void holding.then(({ code }) => ended.push(String(code)));
  act(connections);
  await server.closed(codes.length === 0 ? 1 : closedConnections);
  expect(ended).toEqual(codes);
});

test("a connection that opens after its request was interrupted is closed", async () => {
  await using server = await faultServer({ onRequest: ok });
  using client = testClient();
  const connections = client.connections(two);
  const sending = exchangeWith(connections, requestTo(server.url));
  await Promise.resolve(); // the connect has begun; its outcome needs a turn of the event loop
  connections.interrupt();
  expect((await sending).code).toBe("interrupted");
  await server.closed(1);
  expect(server.requests).toEqual([]);
});

test("what is sent after close fails, and later", async () => {
  await using server = await faultServer({ onRequest: ok });
  using client = testClient();
  const connections = client.connections(two);
  connections.close();
  expect((await exchangeWith(connections, requestTo(server.url))).code).toBe("interrupted");
  expect(server.requests).toEqual([]);
});

test("disposing of the client cuts requests that wait for a connection too", async () => {
  const client = testClient({ lookup: () => new Promise(() => {}), maxPendingConnects: 1 });
  const sending = [1, 2, 3].map(() =>
    exchangeWith(client.connections(two), requestTo("http://nowhere.test")),
  );
  client[Symbol.dispose]();
  client[Symbol.dispose]();
  const outcomes = await Promise.all(sending);
  expect(outcomes.map(({ code }) => code)).toEqual(["interrupted", "interrupted", "interrupted"]);
});

test("connections are made so many at a time, and the wait counts as blocked", async () => {
  const clock = new FakeClock();
  const lookups: { host: string; found: () => void }[] = [];
  await using server = await faultServer({ onRequest: ok });
  using client = testClient({
    clock,
    maxPendingConnects: 2,
    lookup: (host) =>
      new Promise((resolve) => {
        lookups.push({ host, found: () => resolve([{ address: "127.0.0.1", family: 4 }]) });
      }),
  });
  const sending = ["a", "b", "c"].map((name) =>
    exchangeWith(client.connections(two), requestTo(`http://${name}.test:${server.port}`)),
  );
  await clock.advanceTo(10);
  expect(lookups.map(({ host }) => host)).toEqual(["a.test", "b.test"]);
  lookups[0]!.found();
  await sending[0];
  await clock.advanceTo(15);
  expect(lookups.map(({ host }) => host)).toEqual(["a.test", "b.test", "c.test"]);
  lookups[1]!.found();
  lookups[2]!.found();
  const times = (await Promise.all(sending)).map(({ exchange }) => [
    exchange.blockedMs,
    exchange.lookingUpMs,
  ]);
  expect(times).toEqual([
    [10, 10],
    [15, 15],
    [15, 5],
  ]);
});

test("a request body of megabytes arrives whole while the server reads slowly", async () => {
  const body = new Uint8Array(12_000_000).fill(0x62);
  let received = 0;
  await using server = await faultServer({
    onConnection: (socket) =>
      void socket.on("data", (bytes) => {
        received += bytes.length;
        socket.pause();
        setImmediate(() => socket.resume());
        if (received >= body.length + request.head.length) socket.write(okResponse);
      }),
  });
  using client = testClient();
  const headers = [["Content-Length", String(body.length)]] as const;
  const request = requestTo(server.url, { method: "POST", headers, body });
  const { code, status, exchange } = await exchangeWith(client.connections(two), request);
  expect([code, status]).toEqual([undefined, 200]);
  expect(exchange.bytesSent).toBe(body.length + request.head.length);
});

test("a stream is sent in chunks, and the connection goes on", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  await using server = await faultServer({
    onConnection: (socket) => {
      let text = "";
      socket.on("data", (bytes) => {
        text += bytes.toString();
        if (!text.endsWith("0\r\n\r\n")) return;
        resolve(text);
        socket.write(okResponse);
      });
    },
  });
  using client = testClient();
  const connections = client.connections(two);
  const body = streamOf(Buffer.from("hello"), Buffer.from(" world"));
  const request = requestTo(server.url, { method: "POST", headers: chunked, body });
  expect((await exchangeWith(connections, request)).status).toBe(200);
  expect(await promise).toEndWith("\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
});

test("a stream that fails fails the request and closes the connection", async () => {
  await using server = await faultServer({});
  using client = testClient();
  const body = new ReadableStream<Uint8Array>({ pull: (c) => c.error(new Error("no disk")) });
  const request = requestTo(server.url, { method: "POST", headers: chunked, body });
  const { code, exchange } = await exchangeWith(client.connections(two), request);
  expect(code).toBe("body_stream_failed");
  expect(exchange.failure?.message).toEndWith(": its body could not be read: no disk");
  await server.closed(1);
});

test("a server may answer before it has read the body, and its connection ends", async () => {
  const cancelled = Promise.withResolvers<void>();
  await using server = await faultServer({ onRequest: ok });
  using client = testClient();
  const body = new ReadableStream<Uint8Array>({ cancel: () => cancelled.resolve() });
  const request = requestTo(server.url, { method: "POST", headers: chunked, body });
  const { code, status } = await exchangeWith(client.connections(two), request);
  expect([code, status]).toEqual([undefined, 200]);
  await cancelled.promise;
  await server.closed(1);
});

test("over IPv6", async () => {
  await using server = await faultServer({ host: "::1", onRequest: ok });
  using client = testClient();
  const { exchange, status } = await exchangeWith(client.connections(two), requestTo(server.url));
  expect([status, exchange.remoteAddress]).toEqual([200, "::1"]);
  expect(server.requests[0]).toContain(`Host: [::1]:${server.port}\r\n`);
});

test("localhost is looked up by the system", async () => {
  await using server = await faultServer({ onRequest: ok });
  using client = testClient();
  const url = `http://localhost:${server.port}/`;
  expect((await exchangeWith(client.connections(two), requestTo(url))).status).toBe(200);
});

test("a listener that throws ends the process, not the request", async () => {
  const script = `
    import { testClient, requestTo } from "${import.meta.dir}/testing/exchange-with.ts";
    import { faultServer, okResponse } from "${import.meta.dir}/testing/fault-server.ts";
    const server = await faultServer({ onRequest: ({ socket }) => socket.write(okResponse) });
    const connections = testClient().connections({ maxIdlePerOrigin: 1, reuse: true });
    connections.send(requestTo(server.url), {
      onEnd: () => { throw new Error("our own mistake") },
    });
  `;
  const child = Bun.spawn([process.execPath, "-e", script], { stderr: "pipe" });
  expect(await child.exited).toBe(1);
  expect(await new Response(child.stderr).text()).toContain("our own mistake");
});
