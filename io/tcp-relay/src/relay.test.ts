import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { systemClock } from "@breakwater/system-clock";
import { ServerError } from "@breakwater/tcp-listener";
import { type RelayOptions, type RunningRelay, relay } from "./relay.ts";
import { seededRandom } from "./seeded-random.ts";
import { type TestEnd, type TestListener, testClient, testListener } from "./testing/ends.ts";

const clock = systemClock();

interface Stage extends AsyncDisposable {
  readonly upstream: TestListener;
  readonly running: RunningRelay;
  /** A connection through it, both ends. */
  pair(): Promise<{ client: TestEnd; server: TestEnd }>;
}

function stage(
  options: Partial<RelayOptions> = {},
  onOpen: (end: TestEnd) => void = () => {},
): Stage {
  const upstream = testListener(onOpen);
  const place = { hostname: "127.0.0.1", port: upstream.port };
  const running = relay({ upstream: place, clock, random: seededRandom(1), ...options });
  return {
    upstream,
    running,
    pair: async () => {
      const client = await testClient(running.port);
      return { client, server: await upstream.next() };
    },
    [Symbol.asyncDispose]: async () => {
      await running.stop({ graceMs: 0 });
      upstream[Symbol.dispose]();
    },
  };
}

const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const filled = (length: number, seed: number) => {
  const random = seededRandom(seed);
  return Uint8Array.from({ length }, () => random() * 256);
};

const both = (impairments: object) => ({ up: impairments, down: impairments });

test.each([
  ["nothing", {}],
  ["latency and jitter", { latencyMs: 5, jitterMs: 5 }],
  ["bandwidth", { bytesPerSecond: 40_000_000 }],
  ["slices", { sliceBytes: 1000 }],
])(
  "with %s, megabytes come through both ways at once, as they were",
  async (_name, impairments) => {
    await using use = stage({ impairments: both(impairments) });
    const { client, server } = await use.pair();
    const [up, down] = [filled(3_000_000, 1), filled(2_000_000, 2)];
    client.send(up);
    server.send(down);
    expect(hash(await server.receive(up.length))).toBe(hash(up));
    expect(hash(await client.receive(down.length))).toBe(hash(down));
    const { bytesUp, bytesDown } = use.running.counts();
    expect([bytesUp, bytesDown]).toEqual([up.length, down.length]);
  },
);

test("a client that has ended still gets its answer, and both ends close cleanly", async () => {
  await using use = stage();
  const { client, server } = await use.pair();
  client.send("question");
  client.shutDown();
  await server.ended;
  expect(String(await server.receive(8))).toBe("question");
  server.send(filled(1_000_000, 3));
  server.shutDown();
  expect(await client.receive(1_000_000)).toHaveLength(1_000_000);
  expect(await Promise.all([client.closed, server.closed])).toEqual(["closed", "closed"]);
  const { openConnections, resets } = use.running.counts();
  expect([openConnections, resets]).toEqual([0, 0]);
});

test("an upstream that ends first still hears its client", async () => {
  await using use = stage();
  const { client, server } = await use.pair();
  server.shutDown();
  await client.ended;
  client.send("and yet");
  client.shutDown();
  expect(String(await server.receive(7))).toBe("and yet");
  expect(await server.closed).toBe("closed");
});

test.each([
  ["at once", {}],
  ["with latency, after what was sent before", { latencyMs: 20 }],
])("a reset comes through as a reset %s, either way", async (_name, impairments) => {
  await using use = stage({ impairments: both(impairments) });
  const first = await use.pair();
  first.client.send("abc");
  await first.server.receive(3);
  first.client.reset();
  expect(await first.server.closed).toBe("ECONNRESET");
  const second = await use.pair();
  second.server.send("abc");
  await second.client.receive(3);
  second.server.reset();
  expect(await second.client.closed).toBe("ECONNRESET");
  expect(use.running.counts().resets).toBe(2);
});

test("a reset comes through although the receiver takes nothing", async () => {
  await using use = stage();
  const { client, server } = await use.pair();
  client.pause();
  server.send(new Uint8Array(30_000_000));
  server.reset();
  client.resume();
  expect(await client.closed).toBe("ECONNRESET");
});

test("a client whose upstream cannot be reached is reset", async () => {
  await using use = stage();
  use.upstream[Symbol.dispose]();
  const client = await testClient(use.running.port);
  expect(await client.closed).toBe("ECONNRESET");
  expect(use.running.counts()).toMatchObject({ failedConnections: 1, resets: 0 });
});

test("an upstream without a name in this world is a failed connection, too", async () => {
  await using use = stage({ upstream: { hostname: "nowhere.invalid", port: 1 } });
  const client = await testClient(use.running.port);
  expect(await client.closed).toBe("ECONNRESET");
});

test("a chance of 1 to be reset resets both ends at the first read", async () => {
  await using use = stage({ impairments: { up: { resetChance: 1 } } });
  const { client, server } = await use.pair();
  server.send("down is unharmed");
  await client.receive(16);
  client.send("x");
  expect(await client.closed).toBe("ECONNRESET");
  expect(await server.closed).toBe("ECONNRESET");
  expect(server.reads).toEqual([]);
});

test("a dropped connection is never answered, and ends when its client does", async () => {
  await using use = stage({ impairments: both({ dropChance: 1 }) });
  const dropped = await testClient(use.running.port);
  dropped.send("anybody?");
  await until(() => use.running.counts().droppedConnections === 1);
  use.running.set(both({}));
  const { client, server } = await use.pair();
  client.send("hello");
  expect(String(await server.receive(5))).toBe("hello");
  expect(use.upstream.accepted).toBe(1);
  dropped.shutDown();
  expect(await dropped.closed).toBe("closed");
  expect(dropped.reads).toEqual([]);
});

test("slices with a delay arrive in several reads", async () => {
  await using use = stage({ impairments: { up: { sliceBytes: 10, sliceDelayMs: 5 } } });
  const { client, server } = await use.pair();
  client.send("0123456789".repeat(5));
  expect(String(await server.receive(50))).toBe("0123456789".repeat(5));
  expect(server.reads.length).toBeGreaterThan(1);
});

test("what is set while it runs acts on open connections, and so does taking it away", async () => {
  await using use = stage({}, echo);
  const client = await testClient(use.running.port);
  const roundTripMs = async (): Promise<number> => {
    const startMs = clock.nowMs();
    const before = client.reads.length;
    client.send("x");
    await until(() => client.reads.length > before);
    return clock.nowMs() - startMs;
  };
  await roundTripMs();
  use.running.set({ up: { latencyMs: 100 }, down: { latencyMs: 60 } });
  expect(await roundTripMs()).toBeWithin(160, 3000);
  use.running.set({ down: {} });
  expect(use.running.impairments).toEqual({ up: { latencyMs: 100 }, down: {} });
  expect(await roundTripMs()).toBeWithin(100, 3000);
  use.running.set({ up: { latencyMs: 60_000 } });
  client.send("stuck");
  use.running.set({ up: {} });
  expect(String(await client.receive(8))).toBe("xxxstuck");
});

test("bandwidth is what was asked for", async () => {
  await using use = stage({ impairments: { down: { bytesPerSecond: 1_000_000 } } });
  const { client, server } = await use.pair();
  const startMs = clock.nowMs();
  server.send(new Uint8Array(300_000));
  await client.receive(300_000);
  expect(clock.nowMs() - startMs).toBeWithin(298, 3000);
});

test("a limit passes exactly so many bytes, then both ends are closed and not reset", async () => {
  await using use = stage({ impairments: { down: { limitBytes: 100_000 } } });
  const { client, server } = await use.pair();
  const sent = filled(500_000, 4);
  server.send(sent);
  await client.ended;
  expect(hash(Buffer.concat(client.reads))).toBe(hash(sent.subarray(0, 100_000)));
  client.shutDown();
  server.shutDown();
  expect(await client.closed).toBe("closed");
  expect(await server.closed).toBe("closed");
});

test("after its timeout a connection is closed, and nothing has passed", async () => {
  await using use = stage({ impairments: both({ timeoutMs: 30 }) });
  const { client, server } = await use.pair();
  client.send("x");
  await Promise.all([client.ended, server.ended]);
  expect([client.reads, server.reads]).toEqual([[], []]);
});

test("paused, nothing moves and new connections are refused; resumed, all goes on", async () => {
  await using use = stage({}, echo);
  const { running } = use;
  const client = await testClient(running.port);
  client.send("before ");
  await client.receive(7);
  running.pause();
  running.pause();
  expect(running.isPaused).toBe(true);
  client.send("meanwhile");
  const refused = testClient(running.port);
  await expect(refused).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(running.counts().bytesUp).toBe(7);
  running.resume();
  expect(String(await client.receive(16))).toBe("before meanwhile");
  const another = await testClient(running.port);
  another.send("after");
  expect(String(await another.receive(5))).toBe("after");
});

test("a port that was taken during a pause is told, and it stays paused", async () => {
  await using use = stage();
  const { running } = use;
  running.pause();
  const taker = Bun.listen({ hostname: "127.0.0.1", port: running.port, socket: { data() {} } });
  expect(() => running.resume()).toThrow(expect.objectContaining({ code: "port_in_use" }));
  taker.stop(true);
  running.resume();
  await use.pair();
});

test("all connections can be reset at once, and later ones work", async () => {
  await using use = stage();
  const pairs = [await use.pair(), await use.pair(), await use.pair()];
  expect(use.running.resetAll()).toBe(3);
  const ends = pairs.flatMap(({ client, server }) => [client.closed, server.closed]);
  expect(new Set(await Promise.all(ends))).toEqual(new Set(["ECONNRESET"]));
  await use.pair();
  expect(use.running.counts()).toMatchObject({ openConnections: 1, resets: 3 });
});

test("a new upstream is for new connections", async () => {
  await using use = stage();
  const { client, server } = await use.pair();
  using other = testListener();
  use.running.setUpstream({ hostname: "127.0.0.1", port: other.port });
  expect(use.running.upstream().port).toBe(other.port);
  await testClient(use.running.port);
  await other.next();
  client.send("still here");
  expect(String(await server.receive(10))).toBe("still here");
});

test("beyond the limit a connection is reset as it comes", async () => {
  await using use = stage({ maxConnections: 1 });
  const { client, server } = await use.pair();
  const second = await testClient(use.running.port);
  expect(await second.closed).toBe("ECONNRESET");
  client.shutDown();
  server.shutDown();
  await client.closed;
  await use.pair();
  expect(use.running.counts()).toMatchObject({ acceptedConnections: 2, refusedConnections: 1 });
});

test("a receiver that does not read slows the sender down, and nothing is lost", async () => {
  await using use = stage();
  const { client, server } = await use.pair();
  server.pause();
  const sent = new Uint8Array(60_000_000).fill(7);
  client.send(sent);
  let before = -1;
  for (let still = 0; still < 200; ) {
    await new Promise((resolve) => setImmediate(resolve));
    still = client.unsentBytes === before ? still + 1 : 0;
    before = client.unsentBytes;
  }
  // The kernel's buffers of two connections, and ours.
  expect(client.unsentBytes).toBeGreaterThan(20_000_000);
  server.resume();
  expect((await server.receive(sent.length)).equals(sent)).toBe(true);
});

test("1,000 connections at once get their own bytes back", async () => {
  await using use = stage({ impairments: both({ latencyMs: 5, jitterMs: 5 }) }, echo);
  const clients: TestEnd[] = [];
  // The backlog holds 511.
  for (let start = 0; start < 1000; start += 100) {
    const some = Array.from({ length: 100 }, () => testClient(use.running.port));
    clients.push(...(await Promise.all(some)));
  }
  const answers = await Promise.all(
    clients.map(async (client, place) => {
      const message = `connection ${place}`;
      client.send(message);
      return String(await client.receive(message.length)) === message;
    }),
  );
  expect(answers.filter(Boolean)).toHaveLength(1000);
  expect(use.running.counts()).toMatchObject({ openConnections: 1000, resets: 0 });
});

test("stopping waits for what is open, and takes nothing new", async () => {
  await using use = stage();
  const { client, server } = await use.pair();
  let isStopped = false;
  const stopping = use.running.stop({ graceMs: 60_000 }).then(() => {
    isStopped = true;
  });
  await expect(testClient(use.running.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  client.send("last words");
  client.shutDown();
  expect(String(await server.receive(10))).toBe("last words");
  expect(isStopped).toBe(false);
  server.shutDown();
  await stopping;
  expect(await client.closed).toBe("closed");
});

test("stopping again without grace resets what is left", async () => {
  await using use = stage();
  const { client } = await use.pair();
  const first = use.running.stop({ graceMs: 60_000 });
  await use.running.stop({ graceMs: 0 });
  await first;
  expect(await client.closed).toBe("ECONNRESET");
});

test("a port that is taken, or no address of this machine, is told in one sentence", async () => {
  await using use = stage();
  const start = (hostname: string, port: number) => () =>
    stage({ listen: { hostname, port } }).running.port;
  expect(start("127.0.0.1", use.running.port)).toThrow(ServerError);
  expect(start("127.0.0.1", use.running.port)).toThrow(
    `Cannot listen on port ${use.running.port} of 127.0.0.1: another program has it`,
  );
  expect(start("192.0.2.1", 0)).toThrow(expect.objectContaining({ code: "address_unavailable" }));
});

/** Sends everything back. */
function echo(end: TestEnd): void {
  let done = 0;
  const more = (): void => {
    const seen = end.reads.length;
    for (const bytes of end.reads.slice(done)) end.send(bytes);
    done = seen;
    const total = end.reads.reduce((sum, { length }) => sum + length, 0);
    void end.receive(total + 1).then(more, () => {});
  };
  more();
}

/** Event loop turns until then; the test's own time limit ends it. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
