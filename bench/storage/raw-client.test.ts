import { afterAll, expect, test } from "bun:test";
import { hammer, type RawRequest } from "./raw-client.ts";

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const sent = (await request.bytes()).length;
    const { pathname } = new URL(request.url);
    if (pathname === "/missing") return new Response("there is none", { status: 404 });
    return new Response("x".repeat(Number(pathname.slice(1)) + sent));
  },
});
const url = server.url.href;

afterAll(() => server.stop(true));

function request(path: string, bodyBytes = 0): RawRequest {
  const length = bodyBytes === 0 ? "" : `Content-Length: ${bodyBytes}\r\n`;
  const head = `${bodyBytes === 0 ? "GET" : "PUT"} ${path} HTTP/1.1\r\nHost: test\r\n${length}\r\n`;
  return { head: new TextEncoder().encode(head), body: new Uint8Array(bodyBytes) };
}

test("each request is made once at least, however short the time", async () => {
  const requests = [request("/10"), request("/20"), request("/30")];
  const { operations, failures, bytes } = await hammer({
    ...{ url, requests, connections: 1, seconds: 0 },
  });
  expect({ operations, failures, bytes }).toEqual({ operations: 3, failures: 0, bytes: 60 });
});

test("bodies of megabytes go and come whole, in many pieces", async () => {
  const requests = [request("/0", 5_000_000)];
  const { operations, bytes, p50Ms, cpuShare } = await hammer({
    ...{ url, requests, connections: 2, seconds: 0 },
  });
  expect({ operations, bytes }).toEqual({ operations: 2, bytes: 20_000_000 });
  expect(p50Ms).toBeGreaterThan(0);
  expect(cpuShare).toBeGreaterThan(0);
});

test("an answer that is no 2xx is a failure, and the first one is told", async () => {
  const requests = [request("/missing"), request("/5")];
  const { operations, failures, firstFailure } = await hammer({
    ...{ url, requests, connections: 1, seconds: 0 },
  });
  expect({ operations, failures, firstFailure }).toEqual({
    operations: 1,
    failures: 1,
    firstFailure: "404 there is none",
  });
});

test("a server that is not there is a failure, not a hang", async () => {
  const gone = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("") });
  const { href } = gone.url;
  await gone.stop(true);
  const { operations, failures } = await hammer({
    ...{ url: href, requests: [request("/")], connections: 2, seconds: 0 },
  });
  expect({ operations, failures }).toEqual({ operations: 0, failures: 2 });
});
