import { expect, test } from "bun:test";
import type { BridgeState } from "./bridge-client.ts";
import type { WebSocketLike } from "./bridge-socket.ts";
import { connectBridge } from "./connect-bridge.ts";
import type { FakeConnection } from "./testing/fake-bridge.ts";
import { FakeBridge, friendly } from "./testing/fake-bridge.ts";

/** Chance that always says a half. */
const half = (count: number) =>
  Uint8Array.from({ length: count }, (_, at) => (at % 4 === 0 ? 0x80 : 0));

test("it registers as what it is, asks for receipts, and acknowledges", async () => {
  const bridge = new FakeBridge();
  const about = { role: "critic", labels: ["a"], tools: [{ name: "b" }], intents: ["c"] };
  const client = bridge.connect({
    ...about,
    maxConcurrentTasks: 3,
    authToken: "letmein",
    window: 7,
  });
  await Promise.all([client.ready(), bridge.pass()]);
  expect(bridge.last.frames[0]).toEqual({
    ...{ type: "register", clientId: "ada", ...about, maxConcurrentTasks: 3, window: 7 },
    ...{ authToken: "letmein", clientToken: client.clientToken, delivery: "array" },
    ...{ receipts: true, acks: true },
  });
  expect(client.clientToken).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ["ws://127.0.0.1:1", "ws://127.0.0.1:1/"],
  ["http://127.0.0.1:1/bridge", "ws://127.0.0.1:1/bridge"],
  ["https://127.0.0.1:1?a=b#c", "wss://127.0.0.1:1/?a=b"],
])("%s is dialled as %s", (url, dialled) => {
  const bridge = new FakeBridge();
  bridge.connect({ url });
  expect(bridge.last.url).toBe(dialled);
});

test("an id and a token that are left out are made at random, and kept", async () => {
  const bridge = new FakeBridge();
  const { webSocket, clock } = bridge;
  const one = connectBridge({ url: "ws://127.0.0.1:1", webSocket, clock });
  const other = bridge.connect({ clientToken: null });
  await bridge.pass();
  bridge.connections[0]!.drop();
  await bridge.pass(500);
  const [first, , again] = bridge.connections.map(({ frames }) => frames[0]);
  expect(one.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect([first!.clientId, first!.clientToken]).toEqual([one.id, one.clientToken]);
  expect([again!.clientId, again!.clientToken]).toEqual([one.id, one.clientToken]);
  expect(other.clientToken).toBeUndefined();
});

test("it waits twice as long after each failure, up to the maximum, and less by chance", async () => {
  const bridge = new FakeBridge();
  const dialledAtMs: number[] = [];
  bridge.onDial = (connection) => {
    dialledAtMs.push(bridge.clock.nowMs());
    connection.drop();
  };
  const reconnect = { minDelayMs: 100, maxDelayMs: 1000 };
  bridge.connect({ reconnect, randomBytes: half });
  await bridge.pass(3000);
  expect(waits(dialledAtMs).slice(0, 7)).toEqual([50, 100, 200, 400, 500, 500, 500]);
});

test("without jitter it waits the whole time", async () => {
  const bridge = new FakeBridge();
  bridge.onDial = (connection) => connection.drop();
  bridge.connect({ reconnect: { minDelayMs: 100, maxDelayMs: 100, jitter: 0 } });
  await bridge.pass(999);
  expect(bridge.connections).toHaveLength(10);
});

test("2000 clients of a bridge that restarts come back spread over the time, not at once", async () => {
  const bridge = new FakeBridge();
  const reconnect = { minDelayMs: 1000 };
  for (let each = 0; each < 2000; each += 1) bridge.connect({ reconnect });
  await bridge.pass();
  const before = [...bridge.connections];
  expect(before).toHaveLength(2000);
  const backAtMs: number[] = [];
  bridge.onDial = () => backAtMs.push(bridge.clock.nowMs());
  for (const connection of before) connection.drop();
  await bridge.pass(999);
  const perTenth = Array.from({ length: 10 }, (_, tenth) => {
    return backAtMs.filter((ms) => Math.floor(ms / 100) === tenth).length;
  });
  expect(Math.min(...perTenth)).toBeGreaterThan(120);
  expect(Math.max(...perTenth)).toBeLessThan(280);
});

test("after a connection that held the wait is short, after one that broke at once longer", async () => {
  const bridge = new FakeBridge();
  bridge.connect({ reconnect: { minDelayMs: 100, jitter: 0 } });
  const waitsMs: number[] = [];
  for (const heldMs of [0, 0, 0, 5000, 0]) {
    await bridge.pass(heldMs);
    const { length } = bridge.connections;
    const lostAtMs = bridge.clock.nowMs();
    bridge.last.drop();
    while (bridge.connections.length === length) await bridge.pass(10);
    waitsMs.push(bridge.clock.nowMs() - lostAtMs);
  }
  expect(waitsMs).toEqual([100, 200, 400, 100, 200]);
});

test("a goodbye says when to come back, and everybody adds some chance", async () => {
  const bridge = new FakeBridge();
  const client = bridge.connect({ reconnect: { minDelayMs: 100 }, randomBytes: half });
  const states: BridgeState[] = [];
  client.onState((state) => states.push(state));
  await bridge.pass();
  bridge.last.say({ type: "goodbye", reason: "draining", reconnectAfterMs: 3000 });
  bridge.last.drop(1012);
  await bridge.pass(3049);
  expect(bridge.connections).toHaveLength(1);
  await bridge.pass(1);
  expect(client.state).toBe("open");
  expect(states).toEqual(["open", "waiting", "connecting", "open"]);
});

test("no bridge can ask to be left alone for more than ten minutes", async () => {
  const bridge = new FakeBridge();
  const client = bridge.connect();
  await bridge.pass();
  bridge.last.say({ type: "goodbye", reason: "draining", reconnectAfterMs: 1e12 });
  bridge.last.drop(1012);
  await bridge.pass(600_500);
  expect(client.state).toBe("open");
});

test("a bridge that says goodbye and does not close is left after a second", async () => {
  const bridge = new FakeBridge();
  const client = bridge.connect();
  await bridge.pass();
  bridge.last.say({ type: "goodbye", reason: "expired" });
  await bridge.pass(999);
  expect(client.state).toBe("open");
  await bridge.pass(1);
  expect([client.state, bridge.connections[0]!.closed]).toEqual(["waiting", {}]);
});

const goodbye = (reason: string) => (connection: FakeConnection) => {
  connection.say({ type: "goodbye", reason });
  connection.drop(4000);
};

test.each([
  ["replaced", "goodbye", goodbye("replaced")],
  ["replaced", "close frame", (connection: FakeConnection) => connection.drop(4001)],
  ["unauthorized", "goodbye", goodbye("unauthorized")],
  ["unauthorized", "close frame", (connection: FakeConnection) => connection.drop(1008)],
])("it does not come back when it is %s by a %s, and says why", async (code, _by, end) => {
  const bridge = new FakeBridge();
  const client = bridge.connect();
  await bridge.pass();
  end(bridge.last);
  expect((await client.closed)?.code).toBe(code as "replaced");
  await bridge.pass(100_000);
  expect([client.state, bridge.connections.length]).toEqual(["closed", 1]);
});

const refuse = (code: string) => (frame: { readonly type?: unknown }, to: FakeConnection) => {
  if (frame.type === "register") to.say({ type: "error", error: code, message: `No: ${code}` });
};

test.each([
  ["unauthorized", "unauthorized"],
  ["bad_client_token", "bad_client_token"],
  ["client_token_required", "refused"],
  ["bad_register", "refused"],
])("a registration that is refused by %s is over as %s", async (bridgeCode, code) => {
  const bridge = new FakeBridge();
  bridge.onFrame = refuse(bridgeCode);
  const client = bridge.connect();
  await bridge.pass();
  const error = await client.closed;
  expect([error?.code, error?.bridgeCode]).toEqual([code, bridgeCode]);
  expect(error?.message).toBe(`No: ${bridgeCode}`);
  await bridge.pass(100_000);
  expect(bridge.connections).toHaveLength(1);
});

test.each(["too_many_clients", "unavailable", "rate_limited"])(
  "a registration that is refused by %s is tried again",
  async (code) => {
    const bridge = new FakeBridge();
    bridge.onFrame = refuse(code);
    const client = bridge.connect();
    await bridge.pass(100_000);
    expect(client.state).not.toBe("closed");
    bridge.onFrame = friendly;
    await bridge.pass(30_000);
    expect(client.state).toBe("open");
  },
);

test("an id that is taken is asked for again, for a while", async () => {
  const bridge = new FakeBridge();
  bridge.onFrame = refuse("id_taken");
  const client = bridge.connect({ reconnect: { maxDelayMs: 5000, idTakenMs: 20_000 } });
  await bridge.pass(19_999);
  expect([client.state === "closed", bridge.connections.length > 3]).toEqual([false, true]);
  await bridge.pass(5001);
  expect((await client.closed)?.code).toBe("id_taken");
});

test("an id that is taken again later has its time again", async () => {
  const bridge = new FakeBridge();
  bridge.onFrame = refuse("id_taken");
  const client = bridge.connect({ reconnect: { maxDelayMs: 1000, idTakenMs: 20_000 } });
  await bridge.pass(15_000);
  bridge.onFrame = friendly;
  await bridge.pass(1000);
  expect(client.state).toBe("open");
  bridge.onFrame = refuse("id_taken");
  bridge.last.drop();
  await bridge.pass(15_000);
  expect(client.state).not.toBe("closed");
});

test("it gives up after so many attempts in a row", async () => {
  const bridge = new FakeBridge();
  const client = bridge.connect({ reconnect: { maxAttempts: 3 } });
  await bridge.pass();
  bridge.onDial = (connection) => connection.drop();
  bridge.last.drop();
  await bridge.pass(100_000);
  expect(bridge.connections).toHaveLength(4);
  expect((await client.closed)?.code).toBe("unreachable");
});

test("who does not say welcome in time is left, and dialled again", async () => {
  const bridge = new FakeBridge();
  bridge.onFrame = () => {};
  const client = bridge.connect({ connectTimeoutMs: 4000, reconnect: { minDelayMs: 1 } });
  const why: unknown[] = [];
  client.onState((_state, error) => error && why.push(error.message));
  await bridge.pass(4001);
  expect(bridge.connections.map(({ closed }) => closed)).toEqual([{}, undefined]);
  expect(why).toEqual(["ws://127.0.0.1:1/ has not said welcome within 4000 ms"]);
});

test("a failure that is told as an error alone is one, too (Node.js 20)", async () => {
  const bridge = new FakeBridge();
  bridge.onDial = (connection) => connection.onerror?.();
  const client = bridge.connect({ reconnect: { maxAttempts: 2 } });
  await bridge.pass(1000);
  expect((await client.closed)?.code).toBe("unreachable");
});

test("a WebSocket that cannot even be made is dialled again", async () => {
  const bridge = new FakeBridge();
  class Broken {
    constructor() {
      throw new SyntaxError("not here");
    }
  }
  const webSocket = Broken as unknown as WebSocketLike;
  const client = bridge.connect({ webSocket, reconnect: { maxAttempts: 2 } });
  await bridge.pass(1000);
  expect((await client.closed)?.cause).toBeInstanceOf(SyntaxError);
});

test("a connection that is dead without a word is noticed within two heartbeats", async () => {
  const bridge = new FakeBridge();
  const client = bridge.connect({ heartbeatMs: 1000, reconnect: { minDelayMs: 1 } });
  await bridge.pass(10_000);
  expect(bridge.connections).toHaveLength(1);
  bridge.last.isDead = true;
  await bridge.pass(2001);
  expect([bridge.connections.length, client.state]).toEqual([2, "open"]);
});

test("whatever comes is a sign of life", async () => {
  const bridge = new FakeBridge();
  bridge.connect({ heartbeatMs: 1000 });
  await bridge.pass(1500);
  bridge.onFrame = () => {};
  for (let second = 0; second < 10; second += 1) {
    bridge.last.deliver({ id: `m${second}` });
    await bridge.pass(1000);
  }
  expect(bridge.connections).toHaveLength(1);
});

test("a bridge that never answers heartbeats is not taken for dead", async () => {
  const bridge = new FakeBridge();
  bridge.onFrame = (frame, connection) => frame.type === "register" && connection.welcome();
  bridge.connect({ heartbeatMs: 1000 });
  await bridge.pass(10_000);
  expect([bridge.connections.length, bridge.last.sent("heartbeat").length]).toEqual([1, 11]);
});

test.each([
  ["{"],
  ["null"],
  ["[1]"],
  ['["env",{"id":1}]'],
  ['{"type":"receipt"}'],
  [new Uint8Array(2)],
])("what no bridge sends (%s) is a problem, and nothing else", async (data) => {
  const bridge = new FakeBridge();
  const client = bridge.connect();
  const problems: string[] = [];
  client.onProblem(({ code }) => problems.push(code));
  await bridge.pass();
  bridge.last.sayText(data);
  bridge.last.say({ type: "later-versions-say", more: 1 });
  expect([problems, client.state]).toEqual([["bad_frame"], "open"]);
});

function waits(atMs: readonly number[]): number[] {
  return atMs.slice(1).map((ms, place) => ms - atMs[place]!);
}
