import { expect, test } from "bun:test";
import { certificates } from "./testing/certificates.ts";
import {
  exchangeWith,
  type RequestOptions,
  requestTo,
  testClient,
} from "./testing/exchange-with.ts";

const many = { maxIdlePerOrigin: 6, reuse: true };
const { authority, key, localhost } = certificates;
const tls = { insecureSkipVerify: true };
const http3: RequestOptions = { httpVersion: "3" };

interface Http3Server extends Disposable {
  readonly port: number;
}

function http3Server(respond: (request: Request) => Response | Promise<Response>): Http3Server {
  const options = { port: 0, hostname: "127.0.0.1", tls: { cert: localhost, key }, fetch: respond };
  const server = Bun.serve({ ...options, http3: true });
  return {
    port: server.port!,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

test("a request goes over HTTP/3, its name in Host", async () => {
  using server = http3Server(async (request) => {
    const { method, headers } = request;
    const text = [method, headers.get("host"), headers.get("x-a"), await request.text()].join(" ");
    return new Response(text, { status: 201, headers: { "X-B": "c" } });
  });
  using client = testClient({ tls, hosts: { "a.test": `127.0.0.1:${server.port}` } });
  const request = requestTo("https://a.test/path", {
    ...http3,
    method: "POST",
    headers: [["X-A", "1"]],
    body: Buffer.from("body"),
  });
  const { status, body, exchange } = await exchangeWith(client.connections(many), request);
  expect([status, body]).toEqual([201, "POST a.test 1 body"]);
  expect([exchange.head?.protocol, exchange.head?.header("x-b")]).toEqual(["HTTP/3.0", "c"]);
  expect(exchange.head?.headers()).toContainEqual(["X-B", "c"]);
  expect([exchange.bytesSent, exchange.bytesReceived]).toEqual([4, 18]);
  expect([exchange.connectingMs, exchange.tlsHandshakingMs]).toEqual([0, 0]);
});

test("a redirect is an answer like any other", async () => {
  using server = http3Server(() => Response.redirect("/elsewhere", 302));
  using client = testClient({ tls });
  const request = requestTo(`https://127.0.0.1:${server.port}/`, http3);
  expect((await exchangeWith(client.connections(many), request)).status).toBe(302);
});

test("a certificate of an unknown authority is refused", async () => {
  using server = http3Server(() => new Response("ok"));
  using client = testClient();
  const request = requestTo(`https://127.0.0.1:${server.port}/`, http3);
  const { code } = await exchangeWith(client.connections(many), request);
  expect(code).toBe("http3_failed");
});

test("interrupt() ends it", async () => {
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  using server = http3Server(() => {
    resolve();
    return new Promise<Response>(() => {});
  });
  using client = testClient({ tls });
  const connections = client.connections(many);
  const outcome = exchangeWith(connections, requestTo(`https://127.0.0.1:${server.port}/`, http3));
  await arrived;
  connections.interrupt();
  expect((await outcome).code).toBe("interrupted");
});

test.each<[string, string, Parameters<typeof testClient>[0], string]>([
  ["without TLS", "http://a.test/", {}, "it needs https"],
  [
    "with authorities of one's own",
    "https://a.test/",
    { tls: { insecureSkipVerify: false, ca: authority } },
    "fetch takes no authorities or certificates, set NODE_EXTRA_CA_CERTS instead",
  ],
  [
    "with a host sent elsewhere",
    "https://a.test/",
    { hosts: { "a.test": "127.0.0.1" } },
    "with hosts it needs insecureSkipTLSVerify",
  ],
])("%s it is not supported", async (_name, url, options, reason) => {
  using client = testClient(options);
  const { code, exchange } = await exchangeWith(client.connections(many), requestTo(url, http3));
  expect(code).toBe("http3_unsupported");
  expect(exchange.failure?.message).toEndWith(reason);
});

test("a blocked address is not connected to", async () => {
  using client = testClient({ tls, blacklistIps: ["10.0.0.0/8"] });
  const request = requestTo("https://10.0.0.1/", http3);
  expect((await exchangeWith(client.connections(many), request)).code).toBe("blacklisted_ip");
});
