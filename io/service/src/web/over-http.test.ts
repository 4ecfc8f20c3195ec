import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { serveHttp } from "@breakwater/http-server";
import { rawClient } from "@breakwater/http-server/testing";
import type { Call } from "../call.ts";
import { serviceLimits } from "../run/run-service.ts";
import { serviceHandler } from "../service-handler.ts";
import { bodyLimit } from "./body-limit.ts";
import { clientIpOf } from "./client-ip.ts";
import { compression } from "./compression.ts";
import { cors } from "./cors.ts";
import { rateLimit } from "./rate-limit.ts";
import { readJson } from "./read-body.ts";
import { securityHeaders } from "./security-headers.ts";
import { timeLimit } from "./time-limit.ts";

const text = JSON.stringify(Array.from({ length: 5000 }, (_, id) => ({ id, name: `user ${id}` })));
const json = [["content-type", "application/json"]] as const;

/** A service with all stages but those of the cache and of tokens, on a port of its own. */
function service() {
  const clock = new FakeClock();
  const server = serveHttp({
    ...{ port: 0, hostname: "127.0.0.1", limits: serviceLimits, clock },
    handler: serviceHandler({
      clock,
      stages: [
        securityHeaders(),
        cors({ origins: ["https://app.example.com"] }),
        timeLimit({ clock, ms: 1000 }),
        bodyLimit(1000),
        rateLimit({ anonymous: { limit: 60, periodMs: 60_000, burst: 4 }, maxKeys: 100 }),
        compression(),
      ],
      routes: {
        "GET /whole": (call) => call.respond({ status: 200, fields: json, body: text }),
        "GET /stream": stream,
        "GET /never": () => {},
        "POST /echo": async (call) => {
          const read = await readJson(call, { maxBytes: 1000 });
          const body = JSON.stringify(read.ok && read.value);
          if (read.ok) call.respond({ status: 200, fields: json, body });
        },
      },
      newId: () => "id-1",
      clientIp: clientIpOf({ trustedProxies: ["127.0.0.1"] }),
      onPanic: () => {},
    }),
    onError: () => {},
  });
  return {
    clock,
    server,
    url: (path: string) => new URL(path, server.url).href,
    [Symbol.asyncDispose]: () => server.stop({ graceMs: 0 }),
  };
}

function stream(call: Call): void {
  const body = call.begin({ status: 200, fields: json });
  for (let from = 0; from < text.length; from += 1000) {
    body.write(Buffer.from(text.slice(from, from + 1000)));
  }
  body.end();
}

test.each(["/whole", "/stream"])("%s arrives in every coding as it was sent", async (path) => {
  await using on = service();
  for (const coding of ["zstd", "br", "gzip", "deflate"]) {
    const headers = { "accept-encoding": coding };
    const answer = await fetch(on.url(path), { headers });
    expect(answer.headers.get("content-encoding")).toBe(coding);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await answer.text()).toBe(text);
  }
});

test("a client is refused after its burst, whatever it says before its proxy's word", async () => {
  await using on = service();
  const ask = async (index: number, ip: string) => {
    const headers = { "x-forwarded-for": `6.6.6.${index}, ${ip}` };
    const answer = await fetch(on.url("/whole"), { headers });
    await answer.text();
    return answer.status;
  };
  const statuses: number[] = [];
  for (let index = 0; index < 6; index += 1) statuses.push(await ask(index, "203.0.113.5"));
  expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  expect(await ask(0, "203.0.113.6")).toBe(200);
  const preflight = await fetch(on.url("/whole"), {
    method: "OPTIONS",
    headers: {
      origin: "https://app.example.com",
      "access-control-request-method": "GET",
      "x-forwarded-for": "203.0.113.5",
    },
  });
  expect(preflight.status).toBe(204);
});

test("bodies that are too long are refused, announced or in chunks", async () => {
  await using on = service();
  const headers = { "content-type": "application/json" };
  const post = (body: string) => fetch(on.url("/echo"), { method: "POST", headers, body });
  const fine = await post('{"a":1}');
  expect([fine.status, await fine.text()]).toEqual([200, '{"a":1}']);
  expect((await post(JSON.stringify("x".repeat(2000)))).status).toBe(413);
  using client = await rawClient(on.server.port);
  const chunk = `1f4\r\n${"x".repeat(500)}\r\n`;
  const head = ["POST /echo HTTP/1.1", "Host: a", "Content-Type: application/json"];
  client.send([...head, "Transfer-Encoding: chunked", "", chunk.repeat(3)].join("\r\n"));
  expect(await client.receive("body_too_large")).toStartWith("HTTP/1.1 413 ");
});

test("a handler that never answers is answered for", async () => {
  await using on = service();
  const asked = fetch(on.url("/never"));
  while (on.server.counts().requestsInFlight === 0) await new Promise(setImmediate);
  await on.clock.advanceTo(1000);
  const answer = await asked;
  expect([answer.status, await answer.json()]).toMatchObject([503, { code: "timeout" }]);
});
