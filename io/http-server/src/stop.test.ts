import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { systemClock } from "@breakwater/system-clock";
import type { Exchange, Handler } from "./exchange.ts";
import type { HttpServerOptions, RunningHttpServer } from "./http-server.ts";
import { serveHttp } from "./serve-http.ts";
import { byteClient } from "./testing/byte-client.ts";
import { type RawClient, rawClient } from "./testing/raw-client.ts";
import { testLimits } from "./testing/test-limits.ts";

interface Stage {
  readonly server: RunningHttpServer;
  readonly clock: FakeClock;
  /** Resolves when a request has reached /wait. */
  readonly waiting: Promise<Exchange>;
}

function stage(changes: Partial<HttpServerOptions> = {}): Stage {
  const clock = new FakeClock();
  const waiting = Promise.withResolvers<Exchange>();
  const handler: Handler = (exchange) => {
    if (exchange.request.path === "/wait") waiting.resolve(exchange);
    else exchange.respond({ status: 200, body: "ok" });
  };
  const server = serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    limits: testLimits,
    clock,
    onError: () => {},
    handler,
    ...changes,
  });
  return { server, clock, waiting: waiting.promise };
}

const connect = ({ server }: Stage): Promise<RawClient> => rawClient(server.port);
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
const isTaken = (on: Stage): Promise<boolean> =>
  connect(on).then(
    (client) => {
      client[Symbol.dispose]();
      return true;
    },
    () => false,
  );

test("while it drains, a request is answered and its connection closed", async () => {
  const on = stage();
  using client = await connect(on);
  client.send(get("/"));
  await client.receive("ok");
  const stopped = on.server.stop({ graceMs: 1000 });
  client.send(get("/"));
  expect(await client.closed).toMatch(/connection: close\r\n/i);
  await on.clock.advanceTo(1000);
  await stopped;
});

test("announceStop() asks clients to close, and goes on taking connections", async () => {
  const on = stage();
  await using server = on.server;
  server.announceStop();
  server.announceStop();
  for (let times = 0; times < 2; times += 1) {
    using client = await connect(on);
    client.send(get("/"));
    expect(await client.closed).toMatch(/connection: close\r\n/i);
  }
});

test("what is in flight when it drains is answered, then the drain is over", async () => {
  const on = stage();
  using client = await connect(on);
  client.send(get("/wait"));
  const exchange = await on.waiting;
  const stopped = on.server.stop({ graceMs: 10_000 });
  await on.clock.advanceTo(4000);
  exchange.respond({ status: 200, body: "waited" });
  expect(await client.closed).toEndWith("waited");
  await on.clock.advanceTo(4001);
  await stopped;
  expect(on.clock.nowMs()).toBe(4001);
});

test("while clients still come, a draining server takes them; once it is quiet, no more", async () => {
  const on = stage();
  using client = await connect(on);
  client.send(get("/wait"));
  await on.waiting;
  const stopped = on.server.stop({ graceMs: 1000 });
  await on.clock.advanceTo(50);
  using late = await connect(on);
  late.send(get("/"));
  await late.closed;
  await on.clock.advanceTo(102);
  expect(await isTaken(on)).toBe(true);
  await on.clock.advanceTo(450);
  expect(await isTaken(on)).toBe(false);
  await on.clock.advanceTo(1000);
  await stopped;
});

test("who has connected and said nothing yet has a second to be answered in", async () => {
  const on = stage();
  using quick = await connect(on);
  using slow = await connect(on);
  const accepted = await byteClient({ port: on.server.port });
  await accepted.send(get("/"));
  await accepted.receive(2);
  accepted.reset();
  const stopped = on.server.stop({ graceMs: 10_000 });
  await on.clock.advanceTo(400);
  quick.send(get("/"));
  expect(await quick.closed).toEndWith("ok");
  await on.clock.advanceTo(1000);
  expect(await slow.closed).toBe("");
  await stopped;
});

test("an idle connection is closed once it is quiet", async () => {
  const on = stage();
  using client = await connect(on);
  client.send(get("/"));
  await client.receive("ok");
  const stopped = on.server.stop({ graceMs: 1000 });
  await on.clock.advanceTo(101);
  await client.closed;
  await stopped;
});

test("what is not answered within the grace is cut, and its handler hears of it", async () => {
  const on = stage();
  using client = await byteClient({ port: on.server.port });
  await client.send(get("/wait"));
  const exchange = await on.waiting;
  const gone = new Promise<void>((resolve) => exchange.onAbort(resolve));
  const stopped = on.server.stop({ graceMs: 1000 });
  await on.clock.advanceTo(1000);
  await stopped;
  await gone;
  expect(await client.closed).toBe("reset");
});

test.each([0, 50, 500])("a stop without grace ends one that waits since %d ms", async (sinceMs) => {
  const on = stage();
  using client = await connect(on);
  client.send(get("/wait"));
  await on.waiting;
  const first = on.server.stop({ graceMs: 10_000 });
  await on.clock.advanceTo(sinceMs);
  await on.server.stop({ graceMs: 0 });
  await first;
  expect(await client.closed).toBe("");
  expect(on.clock.nowMs()).toBe(sinceMs);
});

test("stopping what has stopped is harmless", async () => {
  const { server, clock } = stage();
  const stopped = server.stop({ graceMs: 0 });
  await clock.advanceTo(1);
  await stopped;
  await server.stop({ graceMs: 0 });
  await server[Symbol.asyncDispose]();
});

test("a client that does not close after its answer does not keep the drain waiting", async () => {
  const on = stage();
  using client = await byteClient({ port: on.server.port });
  await client.send(get("/wait"));
  const exchange = await on.waiting;
  const stopped = on.server.stop({ graceMs: 10_000 });
  await on.clock.advanceTo(500);
  exchange.respond({ status: 200, body: "last" });
  expect((await client.ended).toString()).toEndWith("last");
  await stopped;
  expect([on.clock.nowMs(), on.server.counts().openConnections]).toEqual([500, 0]);
});

test("under load, every request of clients that close when asked to is answered", async () => {
  const { server } = stage({
    clock: systemClock(),
    handler: async (exchange) => {
      if (exchange.request.query === "later") await new Promise(setImmediate);
      exchange.respond({ status: 200, body: exchange.request.query });
    },
  });
  const busy = Promise.withResolvers<void>();
  let answered = 0;
  const run = async (_value: unknown, index: number): Promise<void> => {
    using client = await byteClient({ port: server.port });
    let received = 0;
    for (let isOpen = true; isOpen; answered += 1) {
      const query = (index + answered) % 3 === 0 ? "later" : "now";
      await client.send(get(`/?${query}`));
      // Rejects if it is closed without a whole answer.
      const all = await client.receive(received + 1);
      const answer = all.subarray(received).toString();
      expect(answer).toEndWith(query);
      received = all.length;
      isOpen = !/connection: close/i.test(answer);
      if (answered > 500) busy.resolve();
    }
    client.endWriting();
    expect(await client.closed).toBe("closed");
  };
  const clients = Promise.all(Array.from({ length: 32 }, run));
  await busy.promise;
  await server.stop({ graceMs: 5000 });
  await clients;
  expect(server.counts()).toMatchObject({ openConnections: 0, requestsInFlight: 0 });
});
