import { expect, test } from "bun:test";
import type { Socket } from "node:net";
import { defaultLimits } from "@breakwater/wire";
import fc from "fast-check";
import { exchangeWith, requestTo, testClient } from "./testing/exchange-with.ts";
import { type FaultRequest, faultServer, okResponse, refusedPort } from "./testing/fault-server.ts";

const one = { maxIdlePerOrigin: 1, reuse: true };
const limits = { ...defaultLimits, maxHeadBytes: 200, maxBodyBytes: 100, maxInterim: 3 };

/** Answers, then closes its side as a server does. */
const says = (text: string) => (request: FaultRequest) => request.socket.end(text, "latin1");
/** Answers and leaves the connection open: the client must see by itself what is wrong. */
const saysOnly = (text: string) => (request: FaultRequest) =>
  void request.socket.write(text, "latin1");
const resets = ({ socket }: FaultRequest) => void socket.resetAndDestroy();
const saysAndResets = (text: string) => (request: FaultRequest) =>
  void request.socket.write(text, "latin1", () => resets(request));

const head = "HTTP/1.1 200 OK\r\n";

test.each<[string, string, (request: FaultRequest) => void]>([
  ["closes without an answer", "closed_early", says("")],
  ["closes inside the status line", "closed_early", says("HTTP/1.1 2")],
  ["closes inside the head", "closed_early", says(`${head}Content-Le`)],
  [
    "closes before the body is complete",
    "closed_early",
    says(`${head}Content-Length: 9\r\n\r\nshort`),
  ],
  [
    "closes inside a chunk",
    "closed_early",
    says(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\nab`),
  ],
  [
    "closes before the last chunk",
    "closed_early",
    says(`${head}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n`),
  ],
  ["closes after an interim response", "closed_early", says("HTTP/1.1 103 Early Hints\r\n\r\n")],
  ["resets without an answer", "reset", resets],
  ["resets inside the head", "reset", saysAndResets(head)],
  ["resets inside the body", "reset", saysAndResets(`${head}Content-Length: 9\r\n\r\nshort`)],
  ["resets a body that lasts until the close", "reset", saysAndResets(`${head}\r\nshort`)],
  ["speaks another protocol", "invalid_response", saysOnly("SSH-2.0-OpenSSH_9.6\r\n")],
  ["sends random bytes", "invalid_response", saysOnly("\x00\xff\x17\x03\x01")],
  [
    "gives two lengths",
    "invalid_response",
    saysOnly(`${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nok`),
  ],
  ["gives a negative length", "invalid_response", saysOnly(`${head}Content-Length: -1\r\n\r\n`)],
  [
    "sends a chunk without a size",
    "invalid_response",
    saysOnly(`${head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`),
  ],
  ["sends an endless head", "too_large", saysOnly(`${head}X: ${"x".repeat(300)}`)],
  ["announces too large a body", "too_large", saysOnly(`${head}Content-Length: 101\r\n\r\n`)],
  ["sends too large a body", "too_large", saysOnly(`${head}\r\n${"x".repeat(101)}`)],
  [
    "sends interim responses for ever",
    "too_large",
    saysOnly("HTTP/1.1 100 Continue\r\n\r\n".repeat(4)),
  ],
])("a server that %s gives %s, and the next request goes through", async (_name, code, fault) => {
  await using server = await faultServer({
    onRequest: (request) => (request.index === 0 ? fault(request) : saysOnly(okResponse)(request)),
  });
  using client = testClient({ limits });
  const connections = client.connections(one);
  const failed = await exchangeWith(connections, requestTo(server.url));
  expect(failed.code).toBe(code);
  expect(failed.exchange.failure?.message).toStartWith(`Cannot GET ${server.url.slice(0, -1)}: `);
  const next = await exchangeWith(connections, requestTo(server.url));
  expect([next.code, next.status, next.exchange.isReused]).toEqual([undefined, 200, false]);
  await server.closed(1);
});

test.each<[string, number, string]>([
  ["an interim response first", 1, `HTTP/1.1 100 Continue\r\n\r\n${okResponse}`],
  ["bytes behind the response", 2, `${okResponse}surplus`],
  ["a second response that nobody asked for", 2, okResponse + okResponse],
  ["Connection: close", 2, okResponse.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")],
  ["HTTP/1.0", 2, okResponse.replace("HTTP/1.1", "HTTP/1.0")],
])(
  "%s: two requests succeed and take %d connection(s)",
  async (_name, connectionsUsed, response) => {
    await using server = await faultServer({ onRequest: saysOnly(response) });
    using client = testClient();
    const connections = client.connections(one);
    for (const _ of [1, 2]) {
      const { code, status, body } = await exchangeWith(connections, requestTo(server.url));
      expect([code, status, body]).toEqual([undefined, 200, "ok"]);
    }
    expect(server.accepted).toBe(connectionsUsed);
  },
);

test("a body without length ends with the connection", async () => {
  await using server = await faultServer({ onRequest: says(`${head}\r\nall of it`) });
  using client = testClient();
  const { code, body } = await exchangeWith(client.connections(one), requestTo(server.url));
  expect([code, body]).toEqual([undefined, "all of it"]);
});

test("bytes on an idle connection close it", async () => {
  const sockets: Socket[] = [];
  await using server = await faultServer({
    onConnection: (socket) => sockets.push(socket),
    onRequest: saysOnly(okResponse),
  });
  using client = testClient();
  const connections = client.connections(one);
  expect((await exchangeWith(connections, requestTo(server.url))).status).toBe(200);
  sockets[0]?.write("HTTP/1.1 408 Request Timeout\r\n\r\n");
  await server.closed(1);
  expect((await exchangeWith(connections, requestTo(server.url))).exchange.isReused).toBe(false);
});

test("a port where nothing listens refuses", async () => {
  using client = testClient();
  const url = `http://127.0.0.1:${await refusedPort()}`;
  const { code, exchange } = await exchangeWith(client.connections(one), requestTo(url));
  expect(code).toBe("connect_refused");
  expect(exchange.failure?.message).toBe(
    `Cannot connect to ${url}: refused; does a server listen there?`,
  );
  expect(exchange.remoteAddress).toBeUndefined();
});

test("wherever a server stops and however it leaves, there is one right outcome", async () => {
  const response =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  const part = fc.integer({ min: 0, max: response.length });
  await fc.assert(
    fc.asyncProperty(part, part, fc.boolean(), async (cut, until, isReset) => {
      await using server = await faultServer({
        onRequest: (request) => {
          request.socket.write(response.slice(0, Math.min(cut, until)));
          const rest = response.slice(Math.min(cut, until), until);
          setImmediate(() => (isReset ? saysAndResets(rest) : says(rest))(request));
        },
      });
      using client = testClient();
      const { code } = await exchangeWith(client.connections(one), requestTo(server.url));
      const want = until === response.length ? undefined : isReset ? "reset" : "closed_early";
      expect(code).toBe(want as string);
    }),
    { numRuns: 60 },
  );
});
