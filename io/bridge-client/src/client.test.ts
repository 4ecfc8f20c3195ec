import { describe, expect, test } from "bun:test";
import type { Envelope as KeptEnvelope, AgentMeta as KeptMeta } from "@breakwater/message";
import { BridgeClientError } from "./bridge-client-error.ts";
import type { BridgeOptions } from "./bridge-options.ts";
import { connectBridge } from "./connect-bridge.ts";
import type { AgentMeta, Envelope } from "./envelope.ts";
import { caught } from "./testing/caught.ts";
import { countListeners } from "./testing/count-listeners.ts";
import { countingClock } from "./testing/counting-clock.ts";
import { envelope, FakeBridge, type Frame, friendly } from "./testing/fake-bridge.ts";

async function connected(options: Parameters<FakeBridge["connect"]>[0] = {}) {
  const bridge = new FakeBridge();
  const client = bridge.connect({ reconnect: { minDelayMs: 1 }, ...options });
  await bridge.pass();
  return { bridge, client };
}

/** What was sent last. */
function lastEnvelope(bridge: FakeBridge): Envelope {
  return bridge.last.sent("envelope").at(-1)?.envelope as Envelope;
}

describe("a request", () => {
  test("is answered by the message of its recipient that replies to it", async () => {
    const { bridge, client } = await connected();
    const asking = client.request("bob", "2 + 2?", { timeoutMs: 1000, taskId: "t1" });
    const { id, to, taskId } = lastEnvelope(bridge);
    bridge.last.deliver({ id: "m1", from: "eve", replyTo: id, payload: 5 });
    bridge.last.deliver({ id: "m2", from: "bob", replyTo: "else", payload: 6 });
    bridge.last.deliver({ id: "m3", from: "bob", replyTo: id, payload: 4 });
    expect([(await asking).payload, to, taskId]).toEqual([4, "bob", "t1"]);
    await bridge.pass();
    expect([bridge.last.acks, client.buffered]).toEqual([[["m3"]], 2]);
  });

  test("is answered even if a reader takes all messages, and before its own receipt", async () => {
    const { bridge, client } = await connected();
    bridge.onFrame = () => {};
    const read: string[] = [];
    client.onMessage(({ id }) => read.push(id));
    const asking = client.request("bob", "?", { timeoutMs: 1000 });
    bridge.last.deliver({ id: "m1", replyTo: lastEnvelope(bridge).id });
    expect([(await asking).id, read]).toEqual(["m1", []]);
  });

  test("is replied to with its id and task, to who sent it", async () => {
    const { bridge, client } = await connected();
    bridge.last.deliver({ id: "m1", taskId: "t1" });
    const message = await client.receive();
    await message?.reply({ ok: true });
    const { id: _, ...sent } = lastEnvelope(bridge);
    expect<unknown>(sent).toEqual({
      ...{ to: "bob", replyTo: "m1", taskId: "t1", intent: "agent.response" },
      payload: { ok: true },
    });
  });

  test("ends with its time; a reply that is later is a message", async () => {
    const { bridge, client } = await connected();
    const asking = caught(client.request("bob", "?", { timeoutMs: 1000 }));
    const { id } = lastEnvelope(bridge);
    await bridge.pass(1000);
    const { code, message } = await asking;
    expect([code, message]).toEqual(["timeout", "bob has not replied within 1000 ms"]);
    bridge.last.deliver({ replyTo: id });
    expect(client.buffered).toBe(1);
  });

  test("that ends while the window is full says so", async () => {
    const { bridge, client } = await connected({ window: 1 });
    bridge.last.deliver({ id: "m1" });
    await client.receive();
    const asking = caught(client.request("bob", "?", { timeoutMs: 1000 }));
    await bridge.pass(1000);
    expect((await asking).message).toEndWith(
      "as 1 messages are unacknowledged and no more come: ack() some first",
    );
  });

  test("that found no connection does not go when nobody waits any more", async () => {
    const { bridge, client } = await connected();
    bridge.last.drop();
    const abort = new AbortController();
    const asking = caught(client.request("bob", "?", { timeoutMs: 1000, signal: abort.signal }));
    abort.abort();
    expect((await asking).code).toBe("aborted");
    await bridge.pass(500);
    expect([client.state, bridge.last.payloads]).toEqual(["open", []]);
  });

  test("that was never sent does not go when nobody waits any more", async () => {
    const bridge = new FakeBridge();
    const client = bridge.connect();
    const abort = new AbortController();
    const asking = caught(client.request("bob", "?", { timeoutMs: 1000, signal: abort.signal }));
    abort.abort();
    expect((await asking).code).toBe("aborted");
    await bridge.pass();
    expect([bridge.last.payloads, client.unsent]).toEqual([[], 0]);
  });

  test.each([
    ["at once", ["dropped"]],
    ["later", ["queued", "dropped"]],
  ])("that is dropped %s has no reply", async (_when, statuses) => {
    const { bridge, client } = await connected();
    bridge.onFrame = () => {};
    const asking = caught(client.request("bob", "?", { timeoutMs: 1000 }));
    const { id } = lastEnvelope(bridge);
    for (const status of statuses) bridge.last.receipt(id, status, { reason: "expired" });
    const { code, reason } = await asking;
    expect([code, reason]).toEqual(["dropped", "expired"]);
  });

  test("is one of maxUnsent at once", async () => {
    const { bridge, client } = await connected({ maxUnsent: 1 });
    const first = caught(client.request("bob", "?", { timeoutMs: 1000 }));
    const second = await caught(client.request("bob", "?", { timeoutMs: 1000 }));
    await Promise.all([client.close(), bridge.pass()]);
    expect([(await first).code, second.code]).toEqual(["closed", "too_many_unsent"]);
  });
});

describe("questions to the bridge", () => {
  const meta: AgentMeta = {
    ...{ id: "bob", role: "critic", labels: [], tools: [], intents: [], maxConcurrentTasks: 1 },
    ...{ lastSeen: "2026-01-31T12:00:00Z", connectedAt: "2026-01-31T12:00:00Z" },
  };
  const answer = ({ id, agents, limit }: Frame) => ({
    ...{ type: "query_response", id, clients: ["bob"], ...(agents === true && { agents: [meta] }) },
    history: [envelope({ id: `limit ${limit}` })],
  });

  test("are who is there and what was said, answered in whichever order", async () => {
    const { bridge, client } = await connected();
    const asked = [client.agents(), client.history(), client.history({ limit: 3 })] as const;
    for (const query of bridge.last.sent("query").toReversed()) bridge.last.say(answer(query));
    expect(await asked[0]).toEqual([meta]);
    expect(await asked[1]).toEqual([envelope({ id: "limit 50" })]);
    expect(await asked[2]).toEqual([envelope({ id: "limit 3" })]);
  });

  test("wait for a connection, and are asked again on the next", async () => {
    const bridge = new FakeBridge();
    bridge.onFrame = (frame, connection) => frame.type === "register" && connection.welcome();
    const client = bridge.connect();
    const asking = client.history();
    await bridge.pass();
    bridge.last.drop();
    bridge.onFrame = (frame, connection) => {
      friendly(frame, connection);
      if (frame.type === "query") connection.say(answer(frame));
    };
    await bridge.pass(500);
    expect(await asking).toHaveLength(1);
    expect(bridge.connections.map((each) => each.sent("query").length)).toEqual([1, 1]);
  });

  test("are not waited for for ever", async () => {
    const { bridge, client } = await connected();
    const asking = caught(client.agents());
    await bridge.pass(10_000);
    expect((await asking).code).toBe("timeout");
  });

  test("an older bridge answers without ids, and says no more than who is there", async () => {
    const { bridge, client } = await connected();
    const asked = [client.history({ limit: 1 }), caught(client.agents())] as const;
    const { id: _, agents: __, ...older } = answer({ limit: 1 });
    bridge.last.say(older);
    bridge.last.say(older);
    expect((await asked[0])[0]?.id).toBe("limit 1");
    expect((await asked[1]).code).toBe("bad_frame");
  });

  test.each([0, -1, 1.5, Number.NaN])("a limit cannot be %p", async (limit) => {
    const { client } = await connected();
    expect((await caught(client.history({ limit }))).code).toBe("bad_option");
  });
});

describe("close()", () => {
  test("waits for receipts, acknowledges, says goodbye, and is the same when called again", async () => {
    const { bridge, client } = await connected();
    bridge.onFrame = () => {};
    bridge.last.deliver({ id: "m1" });
    const sending = client.send("bob", "last words", { id: "m2" });
    (await client.receive())?.ack();
    const closing = client.close();
    expect(client.close()).toBe(closing);
    expect(client.state).toBe("closing");
    await bridge.pass(4000);
    expect(bridge.last.closed).toBeUndefined();
    bridge.last.receipt("m2", "delivered");
    expect((await sending).status).toBe("delivered");
    await bridge.pass();
    await closing;
    expect([bridge.last.acks, bridge.last.closed?.code]).toEqual([[["m1"]], 1000]);
    expect([client.state, await client.closed]).toEqual(["closed", undefined]);
  });

  test("acknowledges what was done with in the same turn", async () => {
    const { bridge, client } = await connected();
    bridge.last.deliver({ id: "m1" });
    const message = await client.receive();
    let acksAtClose: unknown[] | undefined;
    const { close } = bridge.last;
    bridge.last.close = (...how) => {
      acksAtClose ??= bridge.last.acks;
      close.apply(bridge.last, how);
    };
    message?.ack();
    await Promise.all([client.close(), bridge.pass()]);
    expect(acksAtClose).toEqual([["m1"]]);
  });

  test("gives up what has no receipt after its time", async () => {
    const { bridge, client } = await connected();
    bridge.onFrame = () => {};
    const sending = caught(client.send("bob", "last words"));
    const closing = client.close({ timeoutMs: 200 });
    await bridge.pass(200);
    await closing;
    expect((await sending).code).toBe("closed");
  });

  test("goes on trying to connect as long as something is unsent", async () => {
    const bridge = new FakeBridge();
    bridge.onDial = (connection) => connection.drop();
    const client = bridge.connect({ reconnect: { minDelayMs: 100 } });
    const sending = client.send("bob", "last words");
    await bridge.pass();
    const closing = client.close();
    bridge.onDial = (connection) => connection.open();
    await bridge.pass(100);
    expect((await sending).status).toBe("delivered");
    await closing;
    expect(bridge.last.payloads).toEqual(["last words"]);
  });

  test("ends whatever waits, and nothing happens afterwards", async () => {
    const { bridge, client } = await connected({ heartbeatMs: 1000 });
    const read: string[] = [];
    const loop = (async () => {
      for await (const { id } of client) read.push(id);
    })();
    const receiving = client.receive({ from: "nobody" });
    const asking = caught(client.request("bob", "?", { timeoutMs: 60_000 }));
    await Promise.all([client.close(), bridge.pass()]);
    await loop;
    expect([await receiving, (await asking).code]).toEqual([undefined, "closed"]);
    expect((await caught(client.send("bob", 1))).code).toBe("closed");
    expect((await caught(client.ready())).code).toBe("closed");
    expect((await caught(client.agents())).code).toBe("closed");
    const { length } = bridge.last.frames;
    client.onMessage(({ id }) => read.push(id));
    bridge.last.deliver({});
    await bridge.pass(100_000);
    expect([bridge.connections.length, bridge.last.frames.length, read]).toEqual([1, length, []]);
    const { onmessage, onopen, onclose } = bridge.last;
    expect([onmessage, onopen, onclose]).toEqual([null, null, null]);
  });

  test("is what `await using` does", async () => {
    const bridge = new FakeBridge();
    {
      await using client = bridge.connect();
      await Promise.all([client.ready(), bridge.pass()]);
      bridge.last.onclose?.({ code: 1006 });
    }
    await bridge.pass(100_000);
    expect(bridge.connections).toHaveLength(1);
  });
});

describe("when it is over by itself", () => {
  test("everybody who waits hears why", async () => {
    const { bridge, client } = await connected();
    bridge.onFrame = () => {};
    const errors = [
      caught(client.send("bob", 1)),
      caught(client.request("bob", 1, { timeoutMs: 60_000 })),
      caught(client.receive()),
      caught(client.agents()),
      caught(client.messages().next()),
    ];
    bridge.last.drop(4001);
    const codes = (await Promise.all(errors)).map(({ code }) => code);
    expect(codes).toEqual(Array.from({ length: 5 }, () => "replaced"));
    expect((await caught(client.ready())).code).toBe("replaced");
    await client.close();
  });

  test("no timer is left, whichever way it ends", async () => {
    const bridge = new FakeBridge();
    const clock = countingClock(bridge.clock);
    const abort = new AbortController();
    const connect = (options: Partial<BridgeOptions>) => bridge.connect({ clock, ...options });
    const clients = [connect({}), connect({}), connect({ signal: abort.signal })] as const;
    clients[2].onState(() => abort.abort());
    await bridge.pass();
    expect(clock.timers).toBe(2);
    bridge.connections[1]!.drop(4001);
    await Promise.all([clients[0].close(), bridge.pass()]);
    expect(clients.map(({ state }) => state)).toEqual(["closed", "closed", "closed"]);
    expect(clock.timers).toBe(0);
  });

  test("a signal is let go of by close()", async () => {
    const { signal } = new AbortController();
    const listeners = countListeners(signal);
    const { bridge, client } = await connected({ signal });
    expect(listeners.count).toBe(1);
    await Promise.all([client.close(), bridge.pass()]);
    expect(listeners.count).toBe(0);
  });

  test("a signal does it at once", async () => {
    const abort = new AbortController();
    const { bridge, client } = await connected({ signal: abort.signal });
    bridge.onFrame = () => {};
    const sending = caught(client.send("bob", 1));
    abort.abort();
    expect((await sending).code).toBe("aborted");
    expect([client.state, (await client.closed)?.code]).toEqual(["closed", "aborted"]);
    const later = bridge.connect({ signal: abort.signal });
    expect([later.state, (await later.closed)?.code]).toEqual(["closed", "aborted"]);
    expect(bridge.connections).toHaveLength(1);
  });
});

test("ready() is patient, but not longer than it is told", async () => {
  const bridge = new FakeBridge();
  bridge.onDial = () => {};
  const client = bridge.connect();
  const waiting = caught(client.ready({ timeoutMs: 100 }));
  await bridge.pass(100);
  expect((await waiting).code).toBe("timeout");
});

test.each<[Partial<BridgeOptions>, string]>([
  [{ url: "nowhere" }, 'url cannot be "nowhere": it is as ws://127.0.0.1:8080'],
  [{ url: "ftp://a" }, 'url cannot be "ftp://a": it is as ws://127.0.0.1:8080'],
  [{ window: 0 }, "window cannot be 0: it is a whole number from 1 to 1000"],
  [{ window: 1001 }, "window cannot be 1001: it is a whole number from 1 to 1000"],
  [{ maxBuffered: 9 }, "maxBuffered cannot be 9: it is a whole number from 100"],
  [{ maxUnsent: 1.5 }, "maxUnsent cannot be 1.5: it is a whole number from 1"],
  [
    { heartbeatMs: Number.NaN },
    "heartbeatMs cannot be NaN: it is a number of ms from 1 to 2147483647",
  ],
  [
    { connectTimeoutMs: 2 ** 31 },
    "connectTimeoutMs cannot be 2147483648: it is a number of ms from 1 to 2147483647",
  ],
  [{ clientToken: "short" }, "clientToken cannot have 5 characters: it has 16 to 200, or is null"],
  [{ reconnect: { jitter: 2 } }, "reconnect.jitter cannot be 2: it is a share from 0 to 1"],
  [
    { reconnect: { minDelayMs: 9, maxDelayMs: 8 } },
    "reconnect.maxDelayMs cannot be 8: minDelayMs is 9",
  ],
  [{ reconnect: { maxAttempts: 0 } }, "reconnect.maxAttempts cannot be 0: it is a number from 1"],
  [
    { reconnect: { idTakenMs: -1 } },
    "reconnect.idTakenMs cannot be -1: it is a number of ms from 0",
  ],
])("options that cannot be are said: %j", (options, message) => {
  const connect = () => connectBridge({ url: "ws://127.0.0.1:1", ...options });
  expect(connect).toThrow(BridgeClientError);
  expect(connect).toThrow(message);
});

test("its envelopes and agents are those of the bridge", () => {
  // What is checked is that this compiles: the client is published without @breakwater/message.
  const toKept = (each: Envelope): KeptEnvelope => each;
  const toEnvelope = (each: KeptEnvelope): Envelope => each;
  const toKeptMeta = (each: AgentMeta): KeptMeta => each;
  const toMeta = (each: KeptMeta): AgentMeta => each;
  const sent = envelope({});
  expect(toEnvelope(toKept(sent))).toBe(sent);
  expect([toKeptMeta, toMeta]).toHaveLength(2);
});
