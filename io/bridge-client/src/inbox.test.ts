import { describe, expect, test } from "bun:test";
import type { Incoming } from "./bridge-client.ts";
import { caught } from "./testing/caught.ts";
import { countListeners } from "./testing/count-listeners.ts";
import { envelope, FakeBridge, type FakeConnection } from "./testing/fake-bridge.ts";

async function connected(options: Parameters<FakeBridge["connect"]>[0] = {}) {
  const bridge = new FakeBridge();
  const client = bridge.connect({ reconnect: { minDelayMs: 1 }, ...options });
  const problems: string[] = [];
  client.onProblem(({ code }) => problems.push(code));
  await bridge.pass();
  const reconnect = async () => {
    bridge.last.drop();
    await bridge.pass(100);
  };
  return { bridge, client, problems, reconnect };
}

/** Something that a test lets happen when it wants. */
function gate() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { promise, open: resolve, fail: () => reject(new Error("no")) };
}

describe("every form of delivery is understood", () => {
  const full = envelope({ id: "m1", payload: { text: "hi" } });
  const older = { id: "m1", timestamp: full.timestamp, from: "bob", to: "ada", message: "hi" };
  test.each([
    [["env", full], 1, undefined],
    [["env", full, { attempt: 2, cursor: "7" }], 2, "7"],
    [{ type: "envelope", envelope: full }, 1, undefined],
    [{ type: "envelope", envelope: full, delivery: { attempt: 3 } }, 3, undefined],
    [older, 1, undefined],
    [
      [
        "env",
        { id: "m1", timestamp: full.timestamp, from: "bob", to: "ada", payload: full.payload },
      ],
      1,
      undefined,
    ],
  ])("%j", async (frame, attempt, cursor) => {
    const { bridge, client } = await connected();
    bridge.last.say(frame);
    const { ack, reply, ...message } = (await client.receive())!;
    expect<unknown>(message).toEqual({ ...full, attempt, cursor });
  });
});

describe("a message is acknowledged", () => {
  test("in a loop, when the next one is asked for", async () => {
    const { bridge, client } = await connected();
    for (const id of ["m1", "m2"]) bridge.last.deliver({ id });
    const messages = client.messages();
    expect((await messages.next()).value?.id).toBe("m1");
    await bridge.pass();
    expect(bridge.last.acks).toEqual([]);
    expect((await messages.next()).value?.id).toBe("m2");
    await bridge.pass();
    expect(bridge.last.acks).toEqual([["m1"]]);
  });

  test("by a handler, when what it returns resolves", async () => {
    const { bridge, client } = await connected();
    const done = gate();
    client.onMessage(() => done.promise);
    bridge.last.deliver({ id: "m1" });
    await bridge.pass();
    expect(bridge.last.acks).toEqual([]);
    done.open();
    await bridge.pass();
    expect(bridge.last.acks).toEqual([["m1"]]);
  });

  test("by ack(), once, together with the others of that turn", async () => {
    const { bridge, client } = await connected();
    for (const id of ["m1", "m2", "m3"]) bridge.last.deliver({ id });
    for (let count = 0; count < 3; count += 1) {
      const message = await client.receive();
      message?.ack();
      message?.ack();
    }
    await bridge.pass();
    expect(bridge.last.acks).toEqual([["m1", "m2", "m3"]]);
  });

  test("without waiting for the turn's end when half of the window is", async () => {
    const { bridge, client } = await connected({ window: 4 });
    for (const id of ["m1", "m2", "m3"]) bridge.last.deliver({ id });
    for (let count = 0; count < 3; count += 1) (await client.receive())?.ack();
    expect(bridge.last.acks).toEqual([["m1", "m2"]]);
  });

  test("on the connection by which it came, or when it comes again", async () => {
    const { bridge, client, reconnect } = await connected();
    for (const id of ["m1", "m2", "m3"]) bridge.last.deliver({ id });
    (await client.receive())?.ack();
    bridge.last.drop();
    (await client.receive())?.ack();
    await bridge.pass(100);
    await reconnect();
    (await client.receive())?.ack();
    await bridge.pass();
    expect(bridge.last.acks).toEqual([["m3"]]);
    for (const id of ["m1", "m2"]) bridge.last.deliver({ id }, { attempt: 2 });
    await bridge.pass();
    expect(bridge.last.acks).toEqual([["m3"], ["m1", "m2"]]);
  });

  test("only if it was sent to this client: broadcasts are not", async () => {
    const { bridge, client } = await connected();
    bridge.last.deliver({ to: null });
    (await client.receive())?.ack();
    await bridge.pass();
    expect(bridge.last.acks).toEqual([]);
  });
});

describe("a message that nobody was done with", () => {
  test("is the next reader's, first of all, when a loop is left at it", async () => {
    const { bridge, client } = await connected();
    for (const id of ["m1", "m2"]) bridge.last.deliver({ id });
    for await (const { id } of client) {
      expect(id).toBe("m1");
      break;
    }
    const seen: string[] = [];
    for await (const message of client) {
      seen.push(message.id);
      message.ack();
      if (seen.length === 2) break;
    }
    await bridge.pass();
    expect([seen, bridge.last.acks]).toEqual([["m1", "m2"], [["m1", "m2"]]]);
  });

  test("is nobody's any more when it was acknowledged after all", async () => {
    const { bridge, client } = await connected();
    bridge.last.deliver({ id: "m1" });
    const left: Incoming[] = [];
    for await (const message of client) {
      left.push(message);
      break;
    }
    expect(client.buffered).toBe(1);
    left[0]?.ack();
    expect(client.buffered).toBe(0);
  });

  test("comes again when its handler failed, and is handed on", async () => {
    const { bridge, client, problems } = await connected();
    const attempts: number[] = [];
    client.onMessage(({ attempt }) => {
      attempts.push(attempt);
      if (attempt === 1) throw new Error("not yet");
    });
    bridge.last.deliver({ id: "m1" });
    await bridge.pass();
    expect(problems).toEqual(["handler_failed"]);
    bridge.last.deliver({ id: "m1" }, { attempt: 2 });
    await bridge.pass();
    expect([attempts, bridge.last.acks]).toEqual([[1, 2], [["m1"]]]);
  });

  const welcome = { limits: { ackTimeoutMs: 30_000 } };

  test("is held soon and then in time, so that the bridge does not take it for lost", async () => {
    const bridge = new FakeBridge();
    bridge.onFrame = (frame, connection) =>
      frame.type === "register" && connection.welcome(welcome);
    const client = bridge.connect();
    await bridge.pass();
    for (const id of ["m1", "m2"]) bridge.last.deliver({ id });
    bridge.last.deliver({ id: "all", to: null });
    await bridge.pass(1000);
    (await client.receive())?.ack();
    await bridge.pass(1000);
    bridge.last.deliver({ id: "m3" });
    await bridge.pass(10_000);
    const hold = { type: "ack", hold: true };
    expect(bridge.last.sent("ack")).toEqual([
      { ...hold, ids: ["m1", "m2"] },
      { type: "ack", ids: ["m1"] },
      { ...hold, ids: ["m3"] },
      { ...hold, ids: ["m2"] },
    ]);
    await Promise.all([client.close(), bridge.pass()]);
    const { length } = bridge.last.frames;
    await bridge.pass(100_000);
    expect(bridge.last.frames).toHaveLength(length);
  });

  test("is held on the next connection, too", async () => {
    const bridge = new FakeBridge();
    bridge.onFrame = (frame, connection) =>
      frame.type === "register" && connection.welcome(welcome);
    bridge.connect({ reconnect: { minDelayMs: 1 } });
    await bridge.pass();
    bridge.last.deliver({ id: "m1" });
    await bridge.pass(1500);
    bridge.last.drop();
    await bridge.pass(1002);
    expect(bridge.last.sent("ack")).toEqual([{ type: "ack", ids: ["m1"], hold: true }]);
  });
});

describe("a duplicate", () => {
  test("of what was acknowledged is acknowledged again, and not handed on", async () => {
    const { bridge, client, reconnect } = await connected();
    const seen: string[] = [];
    client.onMessage(({ from, id }) => seen.push(`${from} ${id}`));
    bridge.last.deliver({ id: "m1" });
    bridge.last.deliver({ id: "m1", from: "eve" });
    await bridge.pass();
    await reconnect();
    bridge.last.deliver({ id: "m1" }, { attempt: 2 });
    await bridge.pass();
    expect(seen).toEqual(["bob m1", "eve m1"]);
    expect(bridge.last.acks).toEqual([["m1"]]);
  });

  test("of what a reader has is not handed on, and acknowledged when that is done", async () => {
    const { bridge, client, reconnect } = await connected();
    bridge.last.deliver({ id: "m1" });
    const message = await client.receive();
    await reconnect();
    bridge.last.deliver({ id: "m1" }, { attempt: 2 });
    expect(client.buffered).toBe(0);
    message?.ack();
    await bridge.pass();
    expect(bridge.last.acks).toEqual([["m1"]]);
  });

  test("is told by the last maxRemembered messages at least", async () => {
    const { bridge, client } = await connected({ window: 10, maxRemembered: 10 });
    const seen: string[] = [];
    client.onMessage(({ id }) => seen.push(id));
    const deliver = async (from: number, to: number) => {
      for (let each = from; each < to; each += 1) {
        bridge.last.deliver({ id: `m${each}` });
        await bridge.pass();
      }
    };
    await deliver(0, 25);
    await deliver(15, 25);
    expect(seen).toHaveLength(25);
    await deliver(0, 1);
    expect(seen).toHaveLength(26);
  });
});

describe("readers", () => {
  test("get what they asked for, the rest waits for others", async () => {
    const { bridge, client } = await connected();
    bridge.last.deliver({ id: "m1", intent: "a" });
    bridge.last.deliver({ id: "m2", intent: "b", from: "eve" });
    bridge.last.deliver({ id: "m3", intent: "b", taskId: "t1" });
    expect((await client.receive({ intent: "b", from: "bob" }))?.id).toBe("m3");
    const [nothing] = await Promise.all([
      client.receive({ taskId: "t1", timeoutMs: 0 }),
      bridge.pass(),
    ]);
    expect(nothing).toBeUndefined();
    expect((await client.receive({ from: "eve" }))?.id).toBe("m2");
    expect((await client.receive())?.id).toBe("m1");
  });

  test("wait as long as they say", async () => {
    const { bridge, client } = await connected();
    const waiting = client.receive({ timeoutMs: 100 });
    await bridge.pass(100);
    expect(await waiting).toBeUndefined();
    bridge.last.deliver({});
    expect(client.buffered).toBe(1);
  });

  test("stop by their signal, and leave no listener behind", async () => {
    const { client } = await connected();
    const abort = new AbortController();
    const listeners = countListeners(abort.signal);
    const waiting = caught(client.receive({ signal: abort.signal }));
    expect(listeners.count).toBe(1);
    abort.abort();
    expect((await waiting).code).toBe("aborted");
    expect(listeners.count).toBe(0);
    expect((await caught(client.receive({ signal: abort.signal }))).code).toBe("aborted");
  });

  test("handlers run as many at once as the agent takes tasks", async () => {
    const { bridge, client } = await connected({ maxConcurrentTasks: 2 });
    const gates = [gate(), gate(), gate()];
    const begun: string[] = [];
    const off = client.onMessage(({ id }) => {
      begun.push(id);
      return gates[begun.length - 1]?.promise;
    });
    for (const id of ["m1", "m2", "m3", "m4"]) bridge.last.deliver({ id });
    expect(begun).toEqual(["m1", "m2"]);
    gates[1]!.open();
    await bridge.pass();
    expect([begun, bridge.last.acks]).toEqual([["m1", "m2", "m3"], [["m2"]]]);
    off();
    gates[0]!.open();
    gates[2]!.open();
    await bridge.pass();
    expect([begun.length, client.buffered]).toEqual([3, 1]);
  });
});

describe("broadcasts", () => {
  const mark = (cursor: string) => ({ attempt: 1, cursor });
  const broadcast = (connection: FakeConnection, id: string, cursor: string) =>
    connection.deliver({ id, to: null }, mark(cursor));
  const resumes = (bridge: FakeBridge) => bridge.connections.map(({ frames }) => frames[0]?.resume);

  test("since the last that came come again after a reconnect", async () => {
    const { bridge, client, reconnect } = await connected();
    broadcast(bridge.last, "m1", "5");
    broadcast(bridge.last, "m2", "6");
    await reconnect();
    expect((await client.receive())?.cursor).toBe("5");
    expect(resumes(bridge)).toEqual([undefined, "6"]);
  });

  test("begin where the bridge says, or where an earlier process stopped", async () => {
    const bridge = new FakeBridge();
    bridge.onFrame = (_frame, connection) => connection.welcome({ cursor: "9" });
    bridge.connect();
    bridge.connect({ resume: "4" });
    await bridge.pass();
    for (const connection of [...bridge.connections]) connection.drop();
    await bridge.pass(1000);
    expect(new Set(resumes(bridge).slice(2))).toEqual(new Set(["4", "9"]));
  });

  test("beyond maxBuffered are not taken, said, and come after the next reconnect", async () => {
    const options = { window: 1, maxBuffered: 2 };
    const { bridge, client, problems, reconnect } = await connected(options);
    for (let each = 1; each <= 4; each += 1) broadcast(bridge.last, `m${each}`, String(each));
    expect([client.buffered, problems]).toEqual([2, ["missed", "missed"]]);
    await client.receive();
    broadcast(bridge.last, "m5", "5");
    await reconnect();
    await client.receive();
    broadcast(bridge.last, "m3", "3");
    await reconnect();
    expect(resumes(bridge)).toEqual([undefined, "2", "3"]);
  });
});

test("a message that is lost on its way to the buffer is the bridge's to send again", async () => {
  const { bridge, client, problems } = await connected({ window: 1, maxBuffered: 1 });
  bridge.last.deliver({ id: "m1" });
  bridge.last.deliver({ id: "m2" });
  expect(problems).toEqual(["missed"]);
  (await client.receive())?.ack();
  bridge.last.deliver({ id: "m2" }, { attempt: 2 });
  (await client.receive())?.ack();
  await bridge.pass();
  expect(bridge.last.acks).toEqual([["m1"], ["m2"]]);
});
