import { expect, test } from "bun:test";
import { connect as connectHttp2 } from "node:http2";
import { type RawClient, rawClient } from "@breakwater/http-server/testing";
import type { OriginOptions } from "./options.ts";
import { type OriginEdges, type RunningOrigin, runOrigin } from "./run.ts";

const onLoopback: OriginOptions = { port: 0, hostname: "127.0.0.1", grpcPort: 0 };

const start = (options: OriginOptions = {}, edges: OriginEdges = {}): Promise<RunningOrigin> =>
  runOrigin({ ...onLoopback, ...options }, edges);

const connect = ({ url }: RunningOrigin): Promise<RawClient> => rawClient(Number(url.port));

test.each([
  ["/", { method: "GET", uri: "/", status_code: 200 }],
  ["/no/such/path?a=b", { uri: "/no/such/path?a=b", status_code: 200 }],
  ["/health", { status: "ok" }],
  ["/health?now", { status: "ok" }],
  ["/status/418", { status_code: 418, status_message: "I'm a teapot" }],
  ["/delay/1", { uri: "/delay/1" }],
])("the route of %s is wired up", async (path, want) => {
  await using origin = await start();
  const response = await fetch(new URL(path, origin.url));
  expect(await response.json()).toMatchObject(want);
});

test("the echo knows both ends", async () => {
  await using origin = await start();
  const response = await fetch(origin.url, { method: "POST", body: "hello" });
  expect(await response.json()).toMatchObject({
    body: "hello",
    body_size: 5,
    source_addr: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    destination_addr: origin.url.host,
  });
});

test.each([
  ["1K", 1024],
  ["5M", 5 * 2 ** 20],
])("/bin/%s comes whole, with its length or in chunks", async (size, bytes) => {
  await using origin = await start();
  const plain = await fetch(new URL(`/bin/${size}`, origin.url));
  const chunked = await fetch(new URL(`/bin/${size}?chunked=true`, origin.url));
  expect(plain.headers.get("content-length")).toBe(`${bytes}`);
  expect(chunked.headers.get("content-length")).toBeNull();
  expect((await plain.bytes()).length).toBe(bytes);
  expect((await chunked.bytes()).length).toBe(bytes);
});

test("10000G are announced and begin to come, and the client may leave", async () => {
  await using origin = await start();
  const client = new AbortController();
  const { signal } = client;
  const response = await fetch(new URL("/bin/10000G", origin.url), { signal });
  const first = await response.body?.getReader().read();
  client.abort();
  expect(response.headers.get("content-length")).toBe("10737418240000");
  expect(first?.value?.length).toBeGreaterThan(0);
  const health = await fetch(new URL("/health", origin.url));
  expect(health.status).toBe(200);
});

test.each([
  ["/", /content-length: \d\d+\r\n/i],
  ["/health", /content-length: 15\r\n/i],
  ["/bin/10G", /content-length: 10737418240\r\n/i],
  ["/bin/10G?chunked=true", /transfer-encoding: chunked\r\n/i],
  ["/status/404", /^HTTP\/1.1 404 .*content-length: \d\d+\r\n/is],
])("HEAD %s has the head of GET and no body", async (path, head) => {
  await using origin = await start();
  using client = await connect(origin);
  client.send(`HEAD ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
  const answer = await client.closed;
  expect(answer).toMatch(head);
  expect(answer).toEndWith("\r\n\r\n");
});

/** The JSON of GET / over HTTP/2, by Node's own client. */
function askHttp2(url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(url, { rejectUnauthorized: false });
    session.on("error", reject);
    const stream = session.request({ ":path": "/" });
    let text = "";
    stream.setEncoding("utf8");
    stream.on("data", (part: string) => {
      text += part;
    });
    stream.on("end", () => {
      session.close();
      resolve(JSON.parse(text));
    });
    stream.end();
  });
}

test("one port speaks HTTP/1.1 and HTTP/2, that for TLS HTTP/3 too, with a certificate of its own", async () => {
  await using origin = await start({ tlsPort: 0 });
  const https = origin.places.https ?? "";
  const tls = { rejectUnauthorized: false };
  const http3 = await fetch(https, { protocol: "http3", tls });
  const http1 = await fetch(https, { tls });
  expect(await askHttp2(origin.url.href)).toMatchObject({ uri: "/" });
  expect(await askHttp2(https)).toMatchObject({ uri: "/" });
  expect(await http3.json()).toMatchObject({ uri: "/" });
  expect(http1.headers.get("alt-svc")).toBe(`h3=":${new URL(https).port}"; ma=86400`);
});

test("a shape is done to all answers but those about the origin itself", async () => {
  await using origin = await start({ shape: "error=503" });
  const statuses = await Promise.all(
    ["/", "/bin/1", "/metrics", "/help"].map(async (path) => {
      return (await fetch(new URL(path, origin.url))).status;
    }),
  );
  expect(statuses).toEqual([503, 503, 200, 200]);
});

test("what was answered is counted, by route and status", async () => {
  await using origin = await start();
  await fetch(new URL("/bin/1K", origin.url)).then((response) => response.bytes());
  await fetch(new URL("/status/404", origin.url)).then((response) => response.bytes());
  const text = await (await fetch(new URL("/metrics", origin.url))).text();
  expect(text).toContain('http_requests_total{route="/bin",status="200",protocol="HTTP/1.1"} 1\n');
  expect(text).toContain('{route="/status",status="404",protocol="HTTP/1.1"} 1\n');
});

test.each<["text" | "json", RegExp]>([
  ["text", /^127\.0\.0\.1:\d+ GET \/status\/404\?a HTTP\/1\.1 404 \d+ bytes \d+\.\d ms$/],
  ["json", /^\{"time":".*","uri":"\/status\/404\?a","status":404,.*\}$/],
])("each answer is logged as %s where that is asked for", async (accessLog, line) => {
  const lines: string[] = [];
  const logged = Promise.withResolvers<void>();
  const logAnswer = (said: string): void => {
    lines.push(said);
    logged.resolve();
  };
  await using origin = await start({ accessLog }, { logAnswer });
  await fetch(new URL("/status/404?a", origin.url));
  await logged.promise;
  expect(lines).toEqual([expect.stringMatching(line)]);
});

test("profiles are at an address of their own", async () => {
  await using origin = await start({ profilingAddress: "127.0.0.1:0" });
  const profile = new URL("/debug/pprof/profile?seconds=0.05", origin.places.profiling);
  expect(await (await fetch(profile)).json()).toMatchObject({ nodes: expect.any(Array) });
});

test("a stop lets a delayed answer come, a second one without grace cuts it", async () => {
  const origin = await start();
  using short = await connect(origin);
  using long = await connect(origin);
  await ask(short, "/delay/50");
  await ask(long, "/delay/3600000");
  const stopped = origin.stop({ graceMs: 3_600_000 });
  expect(await short.closed).toContain("HTTP/1.1 200");
  await origin.stop({ graceMs: 0 });
  await stopped;
  await long.closed.then(
    (answer) => expect(answer).not.toContain("HTTP/1.1 200"),
    (error: unknown) => expect(error).toBeInstanceOf(Error),
  );
});

test("before its port closes, /health says so for as long as a balancer needs", async () => {
  const origin = await start({ drainDelayMs: 200 });
  const stopped = origin.stop();
  const health = await fetch(new URL("/health", origin.url), { keepalive: false });
  expect(health.status).toBe(503);
  expect(health.headers.get("connection")).toBe("close");
  await stopped;
  const after = await fetch(origin.url).catch((error: unknown) => error);
  expect(after).toBeInstanceOf(Error);
});

test("a delay outlasts the idle timeout", async () => {
  await using origin = await start({ idleTimeoutMs: 1000 });
  const response = await fetch(new URL("/delay/3000", origin.url));
  expect(response.status).toBe(200);
}, 30_000);

test("a port that was asked for and is taken is an error, and nothing is left behind", async () => {
  await using origin = await start();
  const { port } = origin.url;
  const error = await start({ port: Number(port) }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: "ServerError", code: "port_in_use" });
  const grpcPort = Number(new URL(`http://${origin.places.grpc}`).port);
  const noGrpc = await start({ grpcPort }).catch((caught: unknown) => caught);
  expect(noGrpc).toMatchObject({ code: "port_in_use" });
});

/**
 * Asks, and resolves when the origin is at it: it then sends the interim answer that was asked for.
 */
async function ask(client: RawClient, path: string): Promise<void> {
  const headers = "Host: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n";
  client.send(`POST ${path} HTTP/1.1\r\n${headers}\r\n`);
  await client.receive("100 Continue");
  client.send("x");
}
