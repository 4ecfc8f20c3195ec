import { describe, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { parseUrl } from "./parse-url.ts";
import { proxyFromEnvironment } from "./proxy.ts";
import { certificates } from "./testing/certificates.ts";
import { exchangeWith, requestTo, testClient } from "./testing/exchange-with.ts";
import { faultServer, okResponse, refusedPort } from "./testing/fault-server.ts";

const one = { maxIdlePerOrigin: 1, reuse: true };
const { authority, key, localhost } = certificates;
const tls = { insecureSkipVerify: false, ca: authority };

describe("the environment", () => {
  const both = { HTTP_PROXY: "http://p:1", https_proxy: "http://q:2" };
  test.each<[string, Record<string, string>, string | undefined]>([
    ["http://a.test/", both, "http://p:1"],
    ["https://a.test/", both, "http://q:2"],
    ["https://a.test/", {}, undefined],
    ["http://localhost/", both, undefined],
    ["http://127.0.0.9/", both, undefined],
    ["http://[::1]/", both, undefined],
    ["http://a.test/", { ...both, NO_PROXY: "*" }, undefined],
    ["http://a.test/", { ...both, NO_PROXY: "b.test, a.test" }, undefined],
    ["http://x.a.test/", { ...both, NO_PROXY: "a.test" }, undefined],
    ["http://xa.test/", { ...both, NO_PROXY: "a.test" }, "http://p:1"],
    ["http://a.test/", { ...both, NO_PROXY: ".a.test" }, "http://p:1"],
    ["http://x.a.test/", { ...both, no_proxy: "*.a.test" }, undefined],
    ["http://a.test:81/", { ...both, NO_PROXY: "a.test:80" }, "http://p:1"],
    ["http://a.test/", { ...both, NO_PROXY: "a.test:80" }, undefined],
    ["http://10.1.1.1/", { ...both, NO_PROXY: "10.0.0.0/8" }, undefined],
    ["http://11.1.1.1/", { ...both, NO_PROXY: "10.0.0.0/8,1.1.1.1" }, "http://p:1"],
    ["http://[fd00::1]/", { ...both, NO_PROXY: "fd00::1" }, undefined],
  ])("%s with %p goes by %p", (url, env, proxy) => {
    expect(proxyFromEnvironment(env)(parseUrl(url).origin)).toBe(proxy as string);
  });
});

/** Opens tunnels to whatever port of this machine is asked for. */
const tunnelServer = () =>
  faultServer({
    onRequest: ({ socket, text }) => {
      if (!text.startsWith("CONNECT ")) return;
      const port = Number(/:(\d+) /.exec(text)?.[1]);
      tunnel(socket, port);
    },
  });

function tunnel(socket: Socket, port: number): void {
  const target = connect(port, "127.0.0.1", () => {
    socket.removeAllListeners("data");
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    socket.pipe(target).pipe(socket);
  });
}

test("a request without TLS is sent to the proxy, with its whole URL", async () => {
  await using proxy = await faultServer({
    onRequest: ({ socket }) => void socket.write(okResponse),
  });
  using client = testClient({ proxyFor: () => `http://me:p%40ss@127.0.0.1:${proxy.port}` });
  const connections = client.connections(one);
  for (const path of ["/path?q", "/two"]) {
    const request = requestTo(`http://a.test${path}`, { headers: [["X", "1"]] });
    expect((await exchangeWith(connections, request)).body).toBe("ok");
  }
  const rest = "Proxy-Authorization: Basic bWU6cEBzcw==\r\nHost: a.test\r\nX: 1\r\n\r\n";
  expect(proxy.requests).toEqual([
    `GET http://a.test/path?q HTTP/1.1\r\n${rest}`,
    `GET http://a.test/two HTTP/1.1\r\n${rest}`,
  ]);
  expect(proxy.accepted).toBe(1);
});

test("a request over TLS goes through the proxy, its certificate verified", async () => {
  await using server = await faultServer({
    tls: { cert: localhost, key },
    onRequest: ({ socket }) => void socket.write(okResponse),
  });
  await using proxy = await tunnelServer();
  using client = testClient({ tls, proxyFor: () => `127.0.0.1:${proxy.port}` });
  const connections = client.connections(one);
  const url = `https://localhost:${server.port}/`;
  for (const isReused of [false, true]) {
    const { body, exchange } = await exchangeWith(connections, requestTo(url));
    expect([body, exchange.isReused, exchange.tlsVersion]).toEqual(["ok", isReused, "tls1.3"]);
  }
  expect(proxy.requests[0]).toStartWith(`CONNECT localhost:${server.port} HTTP/1.1\r\nHost: `);
});

test.each<[string, (socket: Socket) => void]>([
  ["refuses", (socket) => socket.write("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")],
  ["closes", (socket) => socket.end()],
  ["resets", (socket) => socket.resetAndDestroy()],
  ["speaks something else", (socket) => socket.write("SSH-2.0-x\r\n")],
  ["says too much", (socket) => socket.write("HTTP/1.1 200 OK\r\n\r\nx")],
])("a proxy that %s fails the request", async (_name, fault) => {
  await using proxy = await faultServer({ onRequest: ({ socket }) => void fault(socket) });
  using client = testClient({ tls, proxyFor: () => `http://127.0.0.1:${proxy.port}` });
  const { code, exchange } = await exchangeWith(
    client.connections(one),
    requestTo("https://a.test/"),
  );
  expect(code).toBe("proxy_failed");
  expect(exchange.failure?.message).toStartWith(
    `Cannot connect to https://a.test through 127.0.0.1:${proxy.port}: `,
  );
});

test("a proxy that is not there, or of another kind, fails the request", async () => {
  const port = await refusedPort();
  using client = testClient({ tls, proxyFor: () => `http://127.0.0.1:${port}` });
  const refused = await exchangeWith(client.connections(one), requestTo("https://a.test/"));
  expect(refused.code).toBe("connect_refused");
  using other = testClient({ proxyFor: () => "socks5://me:secret@p:1" });
  const { exchange } = await exchangeWith(other.connections(one), requestTo("http://a.test/"));
  expect(exchange.failure).toEqual({
    code: "proxy_failed",
    message: "Cannot use the proxy socks5://p:1: only http://host:port is supported",
  });
});

test("a request that is interrupted leaves no connection to its proxy", async () => {
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  await using proxy = await faultServer({ onRequest: () => resolve() });
  using client = testClient({ tls, proxyFor: () => `http://127.0.0.1:${proxy.port}` });
  const connections = client.connections(one);
  const outcome = exchangeWith(connections, requestTo("https://a.test/"));
  await arrived;
  connections.interrupt();
  expect((await outcome).code).toBe("interrupted");
  await proxy.closed(1);
});
