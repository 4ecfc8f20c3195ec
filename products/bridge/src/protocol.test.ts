import { describe, expect, test } from "bun:test";
import { bridgeService, type TestBridge, type TestClient } from "./testing/bridge-service.ts";

type Json = Readonly<Record<string, unknown>>;

const send = (client: TestClient, envelope: Json): void =>
  client.send({ type: "envelope", envelope });
const historyOf = async (bridge: TestBridge, headers = {}): Promise<readonly Json[]> =>
  (await bridge.ask("/history", { headers })).json.history as Json[];

describe("the original's own two tests", () => {
  test("a broadcast reaches another agent and is the last in the history", async () => {
    await using bridge = await bridgeService();
    using alpha = await bridge.join("agent-alpha", { delivery: "object" });
    using beta = await bridge.join("agent-beta", { delivery: "object" });
    const payload = { message: "hello agents" };
    send(alpha, { intent: "agent.message", payload });
    const came = await beta.next();
    expect(came).toMatchObject({ type: "envelope", envelope: { from: "agent-alpha", payload } });
    expect((await historyOf(bridge)).at(-1)).toMatchObject({ from: "agent-alpha", payload });
    expect(await alpha.rest()).toEqual([]);
  });

  test("a direct message to an agent that is away is delivered after it registers", async () => {
    await using bridge = await bridgeService();
    using alpha = await bridge.join("agent-alpha", { delivery: "object" });
    const payload = { text: "for later" };
    send(alpha, { to: "agent-gamma", payload });
    expect(await alpha.rest()).toEqual([]);
    using gamma = await bridge.join("agent-gamma", { delivery: "object" });
    expect(gamma.welcome).toMatchObject({ type: "registered" });
    expect(await gamma.next()).toMatchObject({ type: "envelope", envelope: { payload } });
  });
});

test("who registers is told who it is, who is there, and what it may", async () => {
  await using bridge = await bridgeService();
  using _ada = await bridge.join("ada");
  using bob = await bridge.join("bob", { role: "coder", labels: ["ts"], maxConcurrentTasks: 3 });
  expect(bob.welcome).toEqual({
    type: "registered",
    client: {
      ...{ id: "bob", role: "coder", labels: ["ts"], tools: [], intents: [] },
      ...{ maxConcurrentTasks: 3, lastSeen: expect.any(String), connectedAt: expect.any(String) },
    },
    history: [],
    clientId: "bob",
    connectedClients: ["ada", "bob"],
    cursor: "0",
    limits: {
      ...{ maxFrameBytes: 1_048_576, maxDepth: 100, clientTtlMs: 900_000 },
      ...{ ackTimeoutMs: 30_000, window: 100 },
    },
  });
});

test.each([{ acks: true }, { receipts: true }])("who wants %j asks who is there", async (wish) => {
  await using bridge = await bridgeService();
  using bob = await bridge.join("bob", wish);
  expect(bob.welcome).not.toHaveProperty("connectedClients");
});

test("who was there before the first broadcast, and missed it, is told it as well", async () => {
  await using bridge = await bridgeService();
  using bob = await bridge.join("bob", { acks: true });
  using ada = await bridge.join("ada");
  bob.socket.close();
  await bob.closed;
  send(ada, { payload: "first" });
  await ada.rest();
  using again = await bridge.join("bob 2", { acks: true, resume: bob.welcome.cursor });
  expect(await again.next()).toMatchObject(["env", { payload: "first" }, { attempt: 1 }]);
});

test("who does not say who it is gets a UUID, and an agent's role", async () => {
  await using bridge = await bridgeService();
  using nobody = await bridge.connect();
  nobody.send({ type: "register" });
  expect(await nobody.next()).toMatchObject({
    client: { id: expect.stringMatching(/^[\da-f-]{36}$/), role: "agent", maxConcurrentTasks: 1 },
  });
});

test("an envelope is delivered with every field, and without those that it does not have", async () => {
  await using bridge = await bridgeService();
  using ada = await bridge.join("ada", { role: "boss" });
  using bob = await bridge.join("bob");
  send(ada, { to: "bob", other: 1 });
  expect(await bob.next()).toEqual([
    "env",
    {
      ...{ id: expect.stringMatching(/^[\da-f-]{36}$/), timestamp: expect.any(String) },
      ...{ intent: "agent.message", taskId: null, channel: "default", priority: "normal" },
      ...{ from: "ada", role: "boss", to: "bob", replyTo: null, context: {}, payload: {} },
      ...{ tools: [], attachments: [], trace: {} },
    },
  ]);
});

test.each([
  ["array", ["env", expect.objectContaining({ from: "ada", payload: { text: "hi" } })]],
  ["object", { type: "envelope", envelope: expect.objectContaining({ from: "ada" }) }],
  ["message", { id: "1", timestamp: expect.any(String), from: "ada", to: "bob", message: "hi" }],
])("a connection has envelopes as it asked for them: %s", async (delivery, want) => {
  await using bridge = await bridgeService();
  using ada = await bridge.join("ada");
  using bob = await bridge.join("bob", { connect: { path: `/ws?delivery=${delivery}` } });
  send(ada, { id: "1", to: "bob", payload: { text: "hi" } });
  expect(await bob.next()).toEqual(want);
});

test("a client of the claude-bridge is understood", async () => {
  await using bridge = await bridgeService();
  using ada = await bridge.join("ada", { delivery: "message" });
  using bob = await bridge.join("bob", { delivery: "message" });
  bob.send({ type: "message", message: "to all" });
  expect(await ada.next()).toMatchObject({ from: "bob", message: "to all" });
  ada.send({ type: "message", to: "bob", message: "to you" });
  expect(await bob.next()).toMatchObject({ from: "ada", to: "bob", message: "to you" });
  bob.send({ type: "query", limit: 1 });
  expect(await bob.next()).toMatchObject({
    type: "query_response",
    clients: ["ada", "bob"],
    history: [{ from: "ada", message: "to you" }],
  });
});

test("what is sent in one go with the registration is taken", async () => {
  await using bridge = await bridgeService();
  using bob = await bridge.join("bob");
  using ada = await bridge.connect();
  ada.send({ type: "register", clientId: "ada" });
  for (const id of ["1", "2", "3"]) send(ada, { id, to: "bob" });
  const ids = [await bob.next(), await bob.next(), await bob.next()].map(
    (frame) => (frame as [string, Json])[1].id,
  );
  expect(ids).toEqual(["1", "2", "3"]);
  expect(await ada.next()).toMatchObject({ type: "registered" });
});

describe("receipts", () => {
  test.each([
    ["of one who is there", { id: "1", to: "bob" }, { status: "delivered" }],
    ["of one who is away", { id: "1", to: "eve" }, { status: "queued" }],
    ["of a broadcast", { id: "1" }, { status: "delivered", recipients: 1 }],
  ])("%s", async (_of, envelope, want) => {
    await using bridge = await bridgeService();
    using _bob = await bridge.join("bob");
    using ada = await bridge.join("ada", { receipts: true });
    send(ada, envelope);
    expect(await ada.next()).toEqual({ type: "receipt", id: "1", ...want });
  });

  test("of one who acknowledges comes when it has", async () => {
    await using bridge = await bridgeService();
    using ada = await bridge.join("ada", { receipts: true });
    using bob = await bridge.join("bob", { acks: true });
    send(ada, { id: "1", to: "bob" });
    expect(await bob.next()).toEqual(["env", expect.objectContaining({ id: "1" }), { attempt: 1 }]);
    expect(await ada.rest()).toEqual([]);
    bob.send({ type: "ack", id: "1" });
    expect(await ada.next()).toEqual({ type: "receipt", id: "1", status: "delivered" });
  });

  test("of what is only held is queued, at once", async () => {
    await using bridge = await bridgeService();
    using ada = await bridge.join("ada", { receipts: true });
    using bob = await bridge.join("bob", { acks: true });
    send(ada, { id: "1", to: "bob" });
    await bob.next();
    bob.send({ type: "ack", ids: ["1"], hold: true });
    expect(await ada.next()).toMatchObject({ status: "queued" });
  });

  test("what is not acknowledged comes again to the next connection, marked so", async () => {
    await using bridge = await bridgeService();
    using ada = await bridge.join("ada", { receipts: true });
    const bob = await bridge.join("bob", { acks: true });
    send(ada, { id: "1", to: "bob" });
    await bob.next();
    bob.socket.close();
    expect(await ada.next()).toMatchObject({ status: "queued" });
    using again = await bridge.join("bob", { acks: true });
    expect(await again.next()).toEqual(["env", expect.anything(), { attempt: 2 }]);
    again.send({ type: "ack", id: "1" });
    expect(await ada.next()).toMatchObject({ status: "delivered" });
  });

  test("what is sent again by the same id is delivered once, and said to be a duplicate", async () => {
    await using bridge = await bridgeService();
    using ada = await bridge.join("ada", { receipts: true });
    using bob = await bridge.join("bob");
    send(ada, { id: "1", to: "bob" });
    send(ada, { id: "1", to: "bob" });
    expect(await ada.next()).not.toHaveProperty("duplicate");
    expect(await ada.next()).toMatchObject({ id: "1", status: "delivered", duplicate: true });
    expect(await bob.rest()).toHaveLength(1);
  });
});

test("a client that comes back has the broadcasts that it missed", async () => {
  await using bridge = await bridgeService();
  using ada = await bridge.join("ada");
  const bob = await bridge.join("bob", { acks: true });
  send(ada, { id: "1" });
  const [, , mark] = (await bob.next()) as [string, Json, { readonly cursor: string }];
  bob.socket.close();
  await bob.closed;
  send(ada, { id: "2" });
  send(ada, { id: "3" });
  await ada.rest();
  using again = await bridge.join("bob", { acks: true, resume: mark.cursor });
  const missed = (await again.rest()) as [string, Json][];
  expect(missed.map(([, envelope]) => envelope.id)).toEqual(["2", "3"]);
});

test("what one sends to another comes in the order in which it was sent", async () => {
  await using bridge = await bridgeService();
  using ada = await bridge.join("ada");
  using bob = await bridge.join("bob");
  const ids = Array.from({ length: 2000 }, (_, index) => `${index}`);
  for (const id of ids) send(ada, { id, to: "bob" });
  await ada.rest();
  const came = (await bob.rest()) as [string, Json][];
  expect(came.map(([, { id }]) => id)).toEqual(ids);
});

test("a heartbeat is answered if it has an id, and not otherwise", async () => {
  await using bridge = await bridgeService();
  using ada = await bridge.join("ada");
  ada.send({ type: "heartbeat" });
  ada.send({ type: "heartbeat", id: "7" });
  expect(await ada.next()).toEqual({ type: "heartbeat", id: "7" });
});
