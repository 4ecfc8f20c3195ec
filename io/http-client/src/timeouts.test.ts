import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import {
  exchangeWith,
  type Outcome,
  type RequestOptions,
  requestTo,
  testClient,
} from "./testing/exchange-with.ts";
import { type FaultRequest, faultServer, okResponse } from "./testing/fault-server.ts";

const one = { maxIdlePerOrigin: 1, reuse: true };
const chunked = [["Transfer-Encoding", "chunked"]] as const;

interface Stall {
  readonly request?: RequestOptions;
  readonly answer?: string;
  readonly isTls?: boolean;
  readonly lookup?: () => Promise<never>;
}

const forever = () => new Promise<never>(() => {});

test.each<[string, string, string, Stall]>([
  [
    "never answers",
    "timeout at 1000",
    "not done within 1000 ms, while waiting for the response",
    {},
  ],
  [
    "stops inside the body",
    "timeout at 1000",
    "not done within 1000 ms, while receiving the response",
    { answer: okResponse.slice(0, -1) },
  ],
  [
    "never answers, with a limit for that",
    "first_byte_timeout at 300",
    "no response within 300 ms",
    { request: { firstByteTimeoutMs: 300 } },
  ],
  [
    "begins in time and stops",
    "timeout at 1000",
    "not done within 1000 ms, while receiving the response",
    { request: { firstByteTimeoutMs: 300 }, answer: "H" },
  ],
  [
    "waits for a stream that stops",
    "timeout at 1000",
    "not done within 1000 ms, while sending the request",
    { request: { headers: chunked, body: new ReadableStream(), firstByteTimeoutMs: 300 } },
  ],
  [
    "is not found in time",
    "connect_timeout at 500",
    "no connection in 500 ms, while looking up",
    { lookup: forever },
  ],
  [
    "never shakes hands",
    "connect_timeout at 500",
    "no connection in 500 ms, while handshaking",
    { isTls: true },
  ],
  [
    "is not found, with less time for all",
    "timeout at 200",
    "not done within 200 ms, while looking up",
    { lookup: forever, request: { timeoutMs: 200 } },
  ],
])("a server that %s: %s", async (_name, want, reason, stall) => {
  const clock = new FakeClock();
  const reached = Promise.withResolvers<void>();
  await using server = await faultServer({
    onConnection: (socket) => void socket.once("data", () => reached.resolve()),
    onRequest: ({ socket }) => void socket.write(stall.answer ?? ""),
  });
  const { lookup } = stall;
  using client = testClient({ clock, connectTimeoutMs: 500, ...(lookup ? { lookup } : {}) });
  if (lookup) reached.resolve();
  const host = lookup ? "nowhere.test" : "127.0.0.1";
  const url = `${stall.isTls ? "https" : "http"}://${host}:${server.port}`;
  const request = requestTo(url, { timeoutMs: 1000, ...stall.request });
  const sending = exchangeWith(client.connections(one), request);
  await reached.promise;
  await receivedBy(client, stall.answer?.length ?? 0);
  const { code, exchange } = await advanceUntilEnded(clock, sending);
  expect(`${code} at ${exchange.endedMs}`).toBe(want);
  expect(exchange.failure?.message).toBe(`Cannot GET ${url}: ${reason}`);
  expect(sumOf(exchange)).toBe(exchange.endedMs);
});

/** In steps of 10 ms, so that a timeout that is early shows. */
async function advanceUntilEnded(clock: FakeClock, sending: Promise<Outcome>): Promise<Outcome> {
  let outcome: Outcome | undefined;
  void sending.then((ended) => {
    outcome = ended;
  });
  while (outcome === undefined && clock.nowMs() < 5000) await clock.advanceTo(clock.nowMs() + 10);
  return outcome ?? sending;
}

async function receivedBy(
  client: { readonly bytesReceived: number },
  bytes: number,
): Promise<void> {
  while (client.bytesReceived < bytes) await new Promise((resolve) => setImmediate(resolve));
}

function sumOf(exchange: Outcome["exchange"]): number {
  const { blockedMs, sendingMs, waitingMs, receivingMs } = exchange;
  return blockedMs + sendingMs + waitingMs + receivingMs;
}

test("a timeout between two looks waits for the next look", async () => {
  const clock = new FakeClock();
  using client = testClient({ clock, lookup: forever });
  const request = requestTo("http://nowhere.test", { timeoutMs: 120 });
  const { exchange } = await advanceUntilEnded(
    clock,
    exchangeWith(client.connections(one), request),
  );
  expect(exchange.endedMs).toBe(150);
});

test("a request that is late for its turn fails and leaves its place", async () => {
  const clock = new FakeClock();
  using client = testClient({
    clock,
    lookup: forever,
    maxPendingConnects: 1,
    connectTimeoutMs: 300,
  });
  const sending = [1000, 100, 1000].map((timeoutMs) =>
    exchangeWith(client.connections(one), requestTo("http://nowhere.test", { timeoutMs })),
  );
  await clock.advanceTo(1000);
  const outcomes = await Promise.all(sending);
  expect(outcomes.map(({ code, exchange }) => `${code} at ${exchange.endedMs}`)).toEqual([
    "connect_timeout at 300",
    "timeout at 100",
    "connect_timeout at 600",
  ]);
});

test("each stage's time is its own", async () => {
  const clock = new FakeClock();
  const steps: ((request: FaultRequest) => Promise<void>)[] = [
    async ({ socket }) => {
      await clock.advanceTo(107);
      socket.write(okResponse.slice(0, 20));
      await receivedBy(client, 20);
      await clock.advanceTo(112);
      socket.write(okResponse.slice(20));
    },
    async ({ socket }) => {
      await clock.advanceTo(120);
      socket.write(okResponse);
    },
  ];
  await using server = await faultServer({
    onRequest: (request) => void steps[request.index]?.(request),
  });
  using client = testClient({
    clock,
    lookup: async () => {
      await clock.advanceTo(100);
      return [{ address: "127.0.0.1", family: 4 }];
    },
  });
  const connections = client.connections(one);
  const times: number[][] = [];
  for (const _ of steps) {
    const { exchange } = await exchangeWith(
      connections,
      requestTo(`http://host.test:${server.port}`),
    );
    times.push([
      exchange.blockedMs,
      exchange.lookingUpMs,
      exchange.sendingMs,
      exchange.waitingMs,
      exchange.receivingMs,
    ]);
    expect(sumOf(exchange)).toBe(exchange.endedMs - exchange.startedMs);
  }
  expect(times).toEqual([
    [100, 100, 0, 7, 5],
    [0, 0, 0, 8, 0],
  ]);
});
