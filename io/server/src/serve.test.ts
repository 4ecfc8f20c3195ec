import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { type Answer, type RunningServer, type ServeOptions, serve } from "./serve.ts";
import { type RawClient, rawClient } from "./testing/raw-client.ts";

type Path = "/fixed" | "/echo/:word" | "/wait" | "/throw" | "/reject" | "/count";

interface Stage {
  readonly server: RunningServer;
  readonly clock: FakeClock;
  readonly errors: unknown[];
  /** Resolves when a request has reached /wait, to what lets it go on. */
  readonly waiting: Promise<() => void>;
  /** Resolves when the request that waits has lost its client. */
  readonly gone: Promise<void>;
}

function stage(changes: Partial<ServeOptions<Path>> = {}): Stage {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const waiting = Promise.withResolvers<() => void>();
  const gone = Promise.withResolvers<void>();
  const server = serve<Path>({
    port: 0,
    hostname: "127.0.0.1",
    limits: { maxBodyBytes: 1000, idleTimeoutMs: 0 },
    clock,
    onError: (error) => errors.push(error),
    fallback: () => new Response("fallback"),
    routes: {
      "/fixed": new Response("fixed"),
      "/echo/:word": (_request, { word }) => new Response(word),
      "/wait": (request) => {
        request.signal.addEventListener("abort", () => gone.resolve());
        return new Promise((resolve) => {
          waiting.resolve(() => resolve(new Response("waited")));
        });
      },
      "/throw": () => {
        throw new Error("boo");
      },
      "/reject": () => Promise.reject(new Error("boo")),
      "/count": async (request) => new Response(String((await request.bytes()).length)),
    },
    ...changes,
  });
  return { server, clock, errors, waiting: waiting.promise, gone: gone.promise };
}

const connect = ({ server }: Stage): Promise<RawClient> => rawClient(Number(server.url.port));

const head = (method: string, path: string, ...headers: string[]): string =>
  [`${method} ${path} HTTP/1.1`, "Host: h", ...headers, "", ""].join("\r\n");

test.each([
  ["/fixed", "fixed"],
  ["/fixed?a=1", "fixed"],
  ["/echo/a%20b", "a b"],
  ["/echo/", "fallback"],
  ["/elsewhere", "fallback"],
])("%s is answered by its route", async (path, want) => {
  const on = stage();
  await using server = on.server;
  const response = await fetch(new URL(path, server.url));
  expect(await response.text()).toBe(want);
});

test.each(["/fixed", "/echo/fixed"])("HEAD %s has the length and no body", async (path) => {
  const on = stage();
  await using _server = on.server;
  using client = await connect(on);
  client.send(head("HEAD", path, "Connection: close"));
  const answer = await client.closed;
  expect(answer).toMatch(/content-length: 5\r\n/i);
  expect(answer).toEndWith("\r\n\r\n");
});

test.each(["/throw", "/reject"])("%s is a 500 that keeps the error to itself", async (path) => {
  const on = stage();
  await using server = on.server;
  const response = await fetch(new URL(path, server.url));
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("boo");
  expect(on.errors).toEqual([new Error("boo")]);
});

test("a body over the limit is refused with 413 and the server goes on", async () => {
  const on = stage();
  await using server = on.server;
  const url = new URL("/count", server.url);
  const long = await fetch(url, { method: "POST", body: "x".repeat(1001) });
  const short = await fetch(url, { method: "POST", body: "x".repeat(1000) });
  expect(long.status).toBe(413);
  expect(await short.text()).toBe("1000");
});

test("a client that leaves amid its body is nobody's mistake", async () => {
  const on = stage();
  await using server = on.server;
  const client = await connect(on);
  client.send(`${head("POST", "/count", "Content-Length: 9")}abc`);
  client.send("");
  client[Symbol.dispose]();
  await client.closed;
  const response = await fetch(new URL("/fixed", server.url));
  expect(response.status).toBe(200);
  expect(on.errors).toEqual([]);
});

test("a handler hears that its client went away", async () => {
  const on = stage();
  await using _server = on.server;
  const client = await connect(on);
  client.send(head("GET", "/wait"));
  await on.waiting;
  client[Symbol.dispose]();
  await on.gone;
});

test("every answer is told, the fixed ones too", async () => {
  const told: unknown[] = [];
  const onAnswer = ({ request, status }: Answer) => told.push([request.url, status]);
  const on = stage({ onAnswer });
  await using server = on.server;
  const urls = ["/fixed", "/throw", "/x"].map((path) => new URL(path, server.url).href);
  for (const url of urls) await fetch(url);
  expect(told).toEqual([
    [urls[0], 200],
    [urls[1], 500],
    [urls[2], 200],
  ]);
});

test("the other end and this one are known by address and port", async () => {
  const on: Stage = stage({
    hostname: undefined,
    fallback: (request) => new Response(on.server.sourceOf(request)),
  });
  await using server = on.server;
  expect(server.address).toBe(`[::]:${server.url.port}`);
  expect(server.url.hostname).toBe("127.0.0.1");
  const overIpv4 = await fetch(server.url);
  expect(await overIpv4.text()).toMatch(/^127\.0\.0\.1:\d+$/);
  const overIpv6 = await fetch(`http://[::1]:${server.url.port}/`);
  expect(await overIpv6.text()).toMatch(/^\[::1\]:\d+$/);
});

test("a taken port is an error that says so", async () => {
  const on = stage();
  await using server = on.server;
  const port = Number(server.url.port);
  expect(() => stage({ port })).toThrow(
    expect.objectContaining({ code: "port_in_use", message: expect.stringContaining(`${port}`) }),
  );
});

test("an address that is not this machine's is an error that says so", () => {
  expect(() => stage({ hostname: "192.0.2.1" })).toThrow(
    expect.objectContaining({ code: "address_unavailable" }),
  );
});

test.each(["/fixed", "/echo/x", "/throw", "/x"])(
  "while it drains, %s is answered and its connection closed",
  async (path) => {
    const on = stage();
    using client = await connect(on);
    client.send(head("GET", "/fixed"));
    await client.receive("fixed");
    const stopped = on.server.stop({ graceMs: 1000 });
    client.send(head("GET", path));
    expect(await client.closed).toMatch(/connection: close\r\n/i);
    await on.clock.advanceTo(1000);
    await stopped;
  },
);

test("what is in flight when it drains is answered, then the drain is over", async () => {
  const on = stage();
  using client = await connect(on);
  client.send(head("GET", "/wait"));
  const goOn = await on.waiting;
  const stopped = on.server.stop({ graceMs: 10_000 });
  await on.clock.advanceTo(5000);
  goOn();
  const answer = await client.closed;
  await stopped;
  expect(answer).toMatch(/connection: close\r\n/i);
  expect(answer).toEndWith("waited");
});

test("while clients still come, a draining server takes them", async () => {
  const on = stage();
  const stopped = on.server.stop({ graceMs: 1000 });
  await on.clock.advanceTo(50);
  await fetch(on.server.url);
  await on.clock.advanceTo(100);
  const response = await fetch(on.server.url);
  expect(response.status).toBe(200);
  await on.clock.advanceTo(1000);
  await stopped;
});

test("once it is quiet, a draining server takes no more connections", async () => {
  const on = stage();
  using client = await connect(on);
  client.send(head("GET", "/wait"));
  await on.waiting;
  const stopped = on.server.stop({ graceMs: 1000 });
  await on.clock.advanceTo(100);
  const refused = await connect(on).then(
    () => "taken",
    () => "refused",
  );
  expect(refused).toBe("refused");
  await on.clock.advanceTo(1000);
  await stopped;
});

test("what is not answered within the grace is cut, and its handler hears of it", async () => {
  const on = stage();
  using client = await connect(on);
  client.send(head("GET", "/wait"));
  await on.waiting;
  const stopped = on.server.stop({ graceMs: 1000 });
  await on.clock.advanceTo(1000);
  await stopped;
  await on.gone;
  expect(await client.closed).toBe("");
});

test("a second stop without grace ends the first one's wait", async () => {
  const on = stage();
  using client = await connect(on);
  client.send(head("GET", "/wait"));
  await on.waiting;
  const first = on.server.stop({ graceMs: 10_000 });
  await on.clock.advanceTo(100);
  await on.server.stop({ graceMs: 0 });
  await first;
  expect(await client.closed).toBe("");
  expect(on.clock.nowMs()).toBe(100);
});

test("stopping what has stopped is harmless", async () => {
  const { server } = stage();
  await server.stop({ graceMs: 0 });
  await server.stop({ graceMs: 0 });
  await server[Symbol.asyncDispose]();
});

test("an idle connection is closed in time, one held open for its answer is not", async () => {
  const released = Promise.withResolvers<void>();
  const on: Stage = stage({
    limits: { maxBodyBytes: 0, idleTimeoutMs: 1000 },
    fallback: async (request) => {
      const resume = on.server.holdOpen(request);
      if (request.url.endsWith("/long")) await released.promise;
      resume();
      return new Response("held");
    },
  });
  await using _server = on.server;
  using held = await connect(on);
  held.send(head("GET", "/long"));
  using idleAfterFixed = await connect(on);
  idleAfterFixed.send(head("GET", "/fixed"));
  using idleAfterHeld = await connect(on);
  idleAfterHeld.send(head("GET", "/short"));
  using neverAnswered = await connect(on);
  neverAnswered.send(head("GET", "/wait"));
  await Promise.all([idleAfterFixed.closed, idleAfterHeld.closed, neverAnswered.closed]);
  released.resolve();
  expect(await held.receive("held")).toStartWith("HTTP/1.1 200");
  // Bun looks for idle connections every 4 s.
}, 30_000);
