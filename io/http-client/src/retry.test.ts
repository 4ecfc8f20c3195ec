import { expect, test } from "bun:test";
import {
  exchangeWith,
  type RequestOptions,
  requestTo,
  testClient,
} from "./testing/exchange-with.ts";
import { type FaultRequest, faultServer, okResponse } from "./testing/fault-server.ts";

const one = { maxIdlePerOrigin: 1, reuse: true };
const closes = ({ socket }: FaultRequest) => void socket.end();
const resets = ({ socket }: FaultRequest) => void socket.resetAndDestroy();

/** Answers the first request of each connection; does `fault` to the second. */
const faultServerOnReuse = (fault: (request: FaultRequest) => void) => {
  const seen = new Set<number>();
  return faultServer({
    onRequest: (request) => {
      if (seen.has(request.connection)) return fault(request);
      seen.add(request.connection);
      request.socket.write(okResponse);
    },
  });
};

test.each<[string, (request: FaultRequest) => void]>([
  ["closed", closes],
  ["reset", resets],
])(
  "a GET on a connection used before that is %s without an answer is sent again",
  async (_name, fault) => {
    await using server = await faultServerOnReuse(fault);
    using client = testClient();
    const connections = client.connections(one);
    await exchangeWith(connections, requestTo(server.url));
    const { status, exchange } = await exchangeWith(connections, requestTo(server.url));
    expect([status, exchange.isReused, server.requests.length]).toEqual([200, false, 3]);
    expect(exchange.bytesSent).toBe(2 * exchange.request.head.length);
  },
);

const streamed: RequestOptions = {
  method: "GET",
  headers: [["Transfer-Encoding", "chunked"]],
  body: new ReadableStream<Uint8Array>(),
};

test.each<[string, RequestOptions, (request: FaultRequest) => void, string]>([
  ["a POST", { method: "POST" }, closes, "closed_early"],
  ["a POST that is reset", { method: "POST" }, resets, "reset"],
  ["a body that has been read", streamed, closes, "closed_early"],
  [
    "a response that had begun",
    {},
    ({ socket }) => void socket.end("HTTP/1.1 200 OK\r\n"),
    "closed_early",
  ],
])("%s is not repeated", async (_name, options, fault, code) => {
  await using server = await faultServerOnReuse(fault);
  using client = testClient();
  const connections = client.connections(one);
  await exchangeWith(connections, requestTo(server.url));
  const outcome = await exchangeWith(connections, requestTo(server.url, options));
  expect([outcome.code, server.accepted]).toEqual([code, 1]);
});

test("a new connection is not tried twice", async () => {
  await using server = await faultServer({ onRequest: closes });
  using client = testClient();
  const { code } = await exchangeWith(client.connections(one), requestTo(server.url));
  expect([code, server.accepted]).toEqual(["closed_early", 1]);
});

test("a request is repeated once", async () => {
  await using server = await faultServer({
    onRequest: (request) =>
      request.index === 0 ? void request.socket.write(okResponse) : closes(request),
  });
  using client = testClient();
  const connections = client.connections(one);
  await exchangeWith(connections, requestTo(server.url));
  expect((await exchangeWith(connections, requestTo(server.url))).code).toBe("closed_early");
  expect([server.accepted, server.requests.length]).toEqual([2, 3]);
});

test("a connection that the server closes while it is idle is not used again", async () => {
  await using server = await faultServer({
    onRequest: ({ socket }) =>
      void socket.write(okResponse, () => setImmediate(() => socket.end())),
  });
  using client = testClient();
  const connections = client.connections(one);
  await exchangeWith(connections, requestTo(server.url));
  await server.closed(1);
  const { status, exchange } = await exchangeWith(
    connections,
    requestTo(server.url, { method: "POST" }),
  );
  expect([status, exchange.isReused]).toEqual([200, false]);
});
