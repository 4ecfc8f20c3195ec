import { expect, test } from "bun:test";
import { type RawClient, rawClient } from "@breakwater/server/testing";
import { type RunningOrigin, runOrigin } from "./run.ts";

const onLoopback = { port: 0, hostname: "127.0.0.1" };

test.each([
  ["/", { method: "GET", uri: "/", status_code: 200 }],
  ["/no/such/path?a=b", { uri: "/no/such/path?a=b", status_code: 200 }],
  ["/health", { status: "ok" }],
  ["/health?now", { status: "ok" }],
  ["/status/418", { status_code: 418, status_message: "I'm a Teapot" }],
  ["/delay/1", { uri: "/delay/1" }],
])("the route of %s is wired up", async (path, want) => {
  await using origin = await runOrigin(onLoopback);
  const response = await fetch(new URL(path, origin.url));
  expect(await response.json()).toMatchObject(want);
});

test("the echo knows both ends", async () => {
  await using origin = await runOrigin(onLoopback);
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
  ["4M", 2 ** 22],
  ["5M", 5 * 2 ** 20],
])("/bin/%s comes whole, with its length or in chunks", async (size, bytes) => {
  await using origin = await runOrigin(onLoopback);
  const plain = await fetch(new URL(`/bin/${size}`, origin.url));
  const chunked = await fetch(new URL(`/bin/${size}?chunked=true`, origin.url));
  expect(plain.headers.get("content-length")).toBe(`${bytes}`);
  expect(chunked.headers.get("content-length")).toBeNull();
  expect((await plain.bytes()).length).toBe(bytes);
  expect((await chunked.bytes()).length).toBe(bytes);
});

test("10000G are announced and begin to come, and the client may leave", async () => {
  await using origin = await runOrigin(onLoopback);
  const client = new AbortController();
  const { signal } = client;
  const response = await fetch(new URL("/bin/10000G", origin.url), { signal });
  const first = await response.body?.getReader().read();
  client.abort();
  expect(response.status).toBe(200);
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
  await using origin = await runOrigin(onLoopback);
  using client = await connect(origin);
  client.send(`HEAD ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
  const answer = await client.closed;
  expect(answer).toMatch(head);
  expect(answer).toEndWith("\r\n\r\n");
});

test.each(["", "Host: \r\n", "Host: a b/c?\r\n"])(
  "a request with the host %j is echoed",
  async (host) => {
    await using origin = await runOrigin(onLoopback);
    using client = await connect(origin);
    client.send(`GET /a?b=c HTTP/1.0\r\n${host}\r\n`);
    expect(await client.closed).toContain('"uri":"/a?b=c"');
  },
);

test("each answer is logged where that is asked for", async () => {
  const lines: string[] = [];
  await using origin = await runOrigin({ ...onLoopback, logRequest: (line) => lines.push(line) });
  await fetch(new URL("/health", origin.url));
  await fetch(new URL("/status/404?a", origin.url));
  expect(lines).toEqual([
    expect.stringMatching(/^127\.0\.0\.1:\d+ GET \/health 200 \d+\.\d ms$/),
    expect.stringMatching(/^127\.0\.0\.1:\d+ GET \/status\/404\?a 404 \d+\.\d ms$/),
  ]);
});

test("a stop lets a delayed answer come, a second one without grace cuts it", async () => {
  const origin = await runOrigin(onLoopback);
  using short = await connect(origin);
  using long = await connect(origin);
  await ask(short, "/delay/50");
  await ask(long, "/delay/3600000");
  const stopped = origin.stop({ graceMs: 3_600_000 });
  expect(await short.closed).toContain("HTTP/1.1 200");
  await origin.stop({ graceMs: 0 });
  await stopped;
  expect(await long.closed).not.toContain("HTTP/1.1 200");
});

test("a delay outlasts the idle timeout", async () => {
  await using origin = await runOrigin({ ...onLoopback, idleTimeoutMs: 1000 });
  const response = await fetch(new URL("/delay/5000", origin.url));
  expect(response.status).toBe(200);
  // Bun looks for idle connections every 4 s.
}, 30_000);

test("a taken port is an error", async () => {
  await using origin = await runOrigin(onLoopback);
  const again = runOrigin({ ...onLoopback, port: Number(origin.url.port) });
  const error = await again.catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: "ServerError", code: "port_in_use" });
});

const connect = ({ url }: RunningOrigin) => rawClient(Number(url.port));

/**
 * Asks, and resolves when the origin is at it: it then sends the interim answer that was asked for.
 */
async function ask(client: RawClient, path: string): Promise<void> {
  const headers = "Host: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n";
  client.send(`POST ${path} HTTP/1.1\r\n${headers}\r\n`);
  await client.receive("100 Continue");
  client.send("x");
}
