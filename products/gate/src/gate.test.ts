import { expect, test } from "bun:test";
import { once } from "node:events";
import { createServer } from "node:net";
import { setImmediate } from "node:timers/promises";
import { rawClient } from "@breakwater/http-server/testing";
import { parseGateOptions } from "./options.ts";
import { gateServer } from "./testing/gate-server.ts";
import { heldService } from "./testing/held-service.ts";

test("what is over the limit is told 503 and when to come back; then there is room again", async () => {
  using service = heldService();
  await using server = gateServer({ upstream: service.url, limit: 2 });
  const held = [server.ask("/held"), server.ask("/held")];
  await service.arrived(2);
  const shed = await server.ask("/one-too-many");
  service.releaseAll();
  const answers = await Promise.all(held);
  const after = await server.ask("/after");
  expect([shed.status, shed.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await shed.json()).toMatchObject({
    status: 503,
    code: "limit",
    request_id: shed.headers.get("x-request-id"),
  });
  expect([...answers.map(({ status }) => status), after.status]).toEqual([200, 200, 200]);
  expect(service.came).toEqual(["/held", "/held", "/after"]);
  expect(server.gate.counts.shed).toEqual([
    { reason: "limit", priority: 0, enforced: true, count: 1 },
  ]);
});

test("what bypasses goes through, and takes nobody's place", async () => {
  using service = heldService();
  await using server = gateServer({ upstream: service.url, limit: 1, bypass: ["/held-probe"] });
  const probes = [server.ask("/held-probe"), server.ask("/held-probe")];
  await service.arrived(2);
  const held = server.ask("/held");
  await service.arrived(3);
  const shed = await server.ask("/x");
  const probe = server.ask("/held-probe");
  await service.arrived(4);
  service.releaseAll();
  await Promise.all([...probes, held, probe]);
  expect([shed.status, (await probe).status]).toEqual([503, 200]);
  expect(server.gate.limiter.snapshot().admitted).toBe(1);
});

test("who waits comes in order of priority, and is turned away when the queue is full", async () => {
  using service = heldService();
  await using server = gateServer({
    upstream: service.url,
    limit: 1,
    queue: 3,
    "max-wait": "10s",
    priority: ["0=header:x-tier=gold", "9=/held-batch"],
  });
  const first = server.ask("/held");
  await service.arrived(1);
  const waiting: Promise<Response>[] = [];
  const queued = async (path: string, init?: RequestInit) => {
    waiting.push(server.ask(path, init));
    while (server.gate.limiter.snapshot().queued < waiting.length) await setImmediate();
  };
  await queued("/held-batch");
  await queued("/held-usual");
  await queued("/held-gold", { headers: { "x-tier": "gold" } });
  const over = await server.ask("/held-batch");
  for (let count = 1; count <= 4; count += 1) {
    await service.arrived(count);
    service.release();
  }
  await Promise.all([first, ...waiting]);
  expect(service.came).toEqual(["/held", "/held-gold", "/held-usual", "/held-batch"]);
  expect([over.status, await over.json()]).toMatchObject([503, { code: "queue_full" }]);
});

test("who waits and goes away never reaches the service", async () => {
  using service = heldService();
  await using server = gateServer({ upstream: service.url, limit: 1, queue: 5, "max-wait": "10s" });
  const first = server.ask("/held");
  await service.arrived(1);
  const impatient = await rawClient(server.port);
  impatient.send("GET /gone HTTP/1.1\r\nHost: a\r\n\r\n");
  while (server.gate.limiter.snapshot().queued < 1) await setImmediate();
  impatient[Symbol.dispose]();
  while (server.gate.limiter.snapshot().queued > 0) await setImmediate();
  service.release();
  await first;
  await server.ask("/after");
  expect(service.came).toEqual(["/held", "/after"]);
});

test("a client that asks too often is told 429; what bypasses is not counted", async () => {
  using service = heldService();
  const rate = { rate: "2/h", "rate-burst": 2, bypass: "/probe" };
  await using server = gateServer({ upstream: service.url, ...rate });
  const paths = ["/x", "/probe", "/probe", "/probe", "/x", "/x", "/probe"];
  const statuses: number[] = [];
  for (const path of paths) statuses.push((await server.ask(path)).status);
  server.gate.reload(parseGateOptions({ upstream: service.url, ...rate, limit: 5 }).policy);
  statuses.push((await server.ask("/x")).status);
  server.gate.reload(parseGateOptions({ upstream: service.url }).policy);
  statuses.push((await server.ask("/x")).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 200, 429, 200]);
  expect(server.gate.counts.limited).toBe(2);
});

test("who goes away while the service works on it gives the place back, and says nothing", async () => {
  using service = heldService();
  await using server = gateServer({ upstream: service.url, limit: 1 });
  const impatient = await rawClient(server.port);
  impatient.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  await service.arrived(1);
  impatient[Symbol.dispose]();
  while (server.gate.limiter.snapshot().inFlight > 0) await setImmediate();
  const { released } = server.gate.limiter.snapshot();
  expect([released, server.gate.counts.aborted]).toMatchObject([{ ignored: 1, dropped: 0 }, 1]);
  expect((await server.ask("/next")).status).toBe(200);
});

test("only observed, nothing is shed but counted", async () => {
  using service = heldService();
  await using server = gateServer({ upstream: service.url, limit: 1, observe: true });
  const held = [server.ask("/held"), server.ask("/held"), server.ask("/held")];
  await service.arrived(3);
  service.releaseAll();
  const answers = await Promise.all(held);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(server.gate.counts.shed).toEqual([
    { reason: "limit", priority: 0, enforced: false, count: 2 },
  ]);
});

test("guaranteed shares are kept free for whom they belong to", async () => {
  using service = heldService();
  await using server = gateServer({
    upstream: service.url,
    limit: 4,
    partition: ["gold=header:x-tier=gold"],
    share: ["gold=0.5:0.5"],
  });
  const gold = { headers: { "x-tier": "gold" } };
  const held = [server.ask("/held", gold), server.ask("/held", gold)];
  await service.arrived(2);
  const third = await server.ask("/x", gold);
  const other = await server.ask("/y");
  service.releaseAll();
  await Promise.all(held);
  expect([third.status, other.status]).toEqual([503, 200]);
  expect(await third.json()).toMatchObject({ code: "share" });
});

test("a WebSocket goes through, and takes no place while it lasts", async () => {
  using service = heldService();
  await using server = gateServer({ upstream: service.url, limit: 1 });
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket`);
  await once(socket, "open");
  const message = once(socket, "message");
  socket.send("hello");
  const [{ data }] = await message;
  const beside = await server.ask("/beside");
  socket.close();
  await once(socket, "close");
  expect([data, beside.status]).toEqual(["hello", 200]);
});

test("what is a stream by a rule takes a place only until its answer begins", async () => {
  const parts = Promise.withResolvers<void>();
  using service = heldService(
    ({ url }) =>
      new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode("begin "));
            if (url.endsWith("/events")) await parts.promise;
            controller.enqueue(new TextEncoder().encode("end"));
            controller.close();
          },
        }),
      ),
  );
  await using server = gateServer({ upstream: service.url, limit: 1, stream: "/events" });
  const events = await server.ask("/events");
  const beside = await server.ask("/beside");
  parts.resolve();
  expect([beside.status, await events.text()]).toEqual([200, "begin end"]);
});

test("bodies go through in full, both ways", async () => {
  using service = heldService(async (request) => new Response(await request.arrayBuffer()));
  await using server = gateServer({ upstream: service.url, limit: 5 });
  const body = crypto.getRandomValues(new Uint8Array(60_000));
  const big = new Uint8Array(6_000_000).map((_byte, place) => body[place % 60_000]!);
  const answer = await server.ask("/echo", { method: "POST", body: big });
  expect(Buffer.compare(new Uint8Array(await answer.arrayBuffer()), big)).toBe(0);
});

test("the service hears the request's id and the client's address, not what others claim", async () => {
  using service = heldService();
  await using server = gateServer({ upstream: service.url });
  const headers = { "x-request-id": "mine-1", "x-forwarded-for": "10.9.9.9" };
  const answer = await server.ask("/x", { headers });
  expect(answer.headers.get("x-request-id")).toBe("mine-1");
  expect(service.lastHeaders).toMatchObject({
    "x-request-id": "mine-1",
    "x-forwarded-for": "127.0.0.1",
  });
});

test("a gate that leads to itself says so", async () => {
  await using server = gateServer({ upstream: "http://127.0.0.1:9" });
  server.gate.reload(parseGateOptions({ upstream: server.url }).policy);
  const loop = await server.ask("/x");
  expect([loop.status, await loop.json()]).toMatchObject([508, { code: "loop_detected" }]);
});

test("a service that takes no connections costs three 502s, then 503 at once, until it is back", async () => {
  const gone = heldService();
  const { url, port } = gone;
  gone[Symbol.dispose]();
  await using server = gateServer({
    upstream: url,
    "health-path": "/health",
    "health-interval": 10,
  });
  const first = await server.ask("/x");
  while ((await server.ask("/x")).status !== 503) await setImmediate();
  const down = await server.ask("/x");
  expect(await first.json()).toMatchObject({ status: 502, code: "connect" });
  expect([down.headers.get("retry-after"), await down.json()]).toMatchObject([
    expect.stringMatching(/^[12]$/),
    { status: 503, code: "upstream_down" },
  ]);
  expect(server.gate.pool.isUp).toBe(false);
  using back = heldService(undefined, port);
  while (!server.gate.pool.isUp) await back.arrived(back.came.length + 1);
  expect((await server.ask("/back")).status).toBe(200);
});

test("of several addresses each gets its part, and one that is down nothing", async () => {
  using one = heldService();
  using other = heldService();
  await using two = gateServer({ upstream: [one.url, other.url] });
  for (let count = 0; count < 10; count += 1) await two.ask("/two");
  expect([one.came.length, other.came.length]).toEqual([5, 5]);
  const gone = heldService();
  gone[Symbol.dispose]();
  const upstream = [one.url, gone.url, other.url];
  await using server = gateServer({ upstream, "health-failures": 2 });
  for (let count = 0; count < 20; count += 1) {
    const body = { method: "POST", body: "whole" };
    expect((await server.ask("/x", count % 2 === 0 ? undefined : body)).status).toBe(200);
  }
  expect(Math.min(one.came.length, other.came.length)).toBeGreaterThanOrEqual(5 + 6);
  expect(server.gate.counts.retried).toBeGreaterThanOrEqual(2);
  expect(server.gate.counts.failures).toEqual({});
  const views = server.gate.pool.views();
  expect(views.map(({ state }) => state === "up")).toEqual([true, false, true]);
  expect(views.map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
});

test("a request that no address takes is told so once, and gives its place back", async () => {
  const gone = [heldService(), heldService(), heldService()];
  for (const service of gone) service[Symbol.dispose]();
  await using server = gateServer({ upstream: gone.map(({ url }) => url), limit: 1 });
  const answer = await server.ask("/x");
  const id = answer.headers.get("x-request-id");
  expect([answer.status, await answer.json()]).toMatchObject([
    502,
    { code: "connect", request_id: id },
  ]);
  expect(server.gate.counts).toMatchObject({ retried: 2, failures: { connect: 1 } });
  expect(server.gate.limiter.snapshot()).toMatchObject({ inFlight: 0, released: { dropped: 1 } });
});

test("a service that breaks off before its answer is told as such", async () => {
  const broken = createServer((socket) => socket.once("data", () => socket.destroy()));
  await once(broken.listen(0, "127.0.0.1"), "listening");
  const address = broken.address();
  const port = typeof address === "object" ? address?.port : 0;
  await using server = gateServer({ upstream: `http://127.0.0.1:${port}` });
  const answer = await server.ask("/x", { method: "POST" });
  broken.close();
  expect([answer.status, await answer.json()]).toMatchObject([502, { code: "reset" }]);
  expect(answer.headers.get("x-request-id")).not.toBeNull();
  expect(server.gate.limiter.snapshot().released).toMatchObject({ dropped: 1 });
});

test("a reload changes limit, rules and service, and cuts nothing that is under way", async () => {
  using before = heldService();
  using after = heldService();
  await using server = gateServer({ upstream: before.url, limit: 5 });
  const held = server.ask("/held");
  await before.arrived(1);
  server.gate.reload(parseGateOptions({ upstream: after.url, limit: 1, bypass: "/probe" }).policy);
  const shed = await server.ask("/shed");
  const probe = await server.ask("/probe");
  before.release();
  const finished = await held;
  const next = await server.ask("/next");
  expect([shed.status, probe.status, await finished.text(), next.status]).toEqual([
    503,
    200,
    "held",
    200,
  ]);
  expect([before.came, after.came]).toEqual([["/held"], ["/probe", "/next"]]);
});
