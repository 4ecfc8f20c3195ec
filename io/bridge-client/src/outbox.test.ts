import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { BridgeClientError } from "./bridge-client-error.ts";
import type { Receipt } from "./envelope.ts";
import { caught } from "./testing/caught.ts";
import { FakeBridge, type FakeConnection, type Frame } from "./testing/fake-bridge.ts";

/** Says welcome, and leaves receipts to the test. */
const silent = (frame: Frame, connection: FakeConnection) => {
  if (frame.type === "register") connection.welcome();
};

/** A client that is connected to a bridge without receipts of its own. */
async function connected(options: Parameters<FakeBridge["connect"]>[0] = {}) {
  const bridge = new FakeBridge();
  bridge.onFrame = silent;
  const client = bridge.connect({ reconnect: { minDelayMs: 1 }, ...options });
  await bridge.pass();
  const reconnect = async () => {
    bridge.last.drop();
    await bridge.pass(100);
  };
  return { bridge, client, reconnect };
}

describe("a message", () => {
  test("goes as an envelope, with what its sender said of it", async () => {
    const { bridge, client } = await connected();
    void client.send("bob", { a: 1 }, { id: "m1", intent: "task.assign", taskId: "t1" });
    void client.broadcast("hello", { id: "m2" });
    expect(bridge.last.sent("envelope").map(({ envelope }) => envelope)).toEqual([
      { id: "m1", to: "bob", payload: { a: 1 }, intent: "task.assign", taskId: "t1" },
      { id: "m2", payload: "hello" },
    ]);
  });

  test("is answered by its first receipt; the later ones are told, too", async () => {
    const { bridge, client } = await connected();
    const told: Receipt[] = [];
    client.onReceipt((receipt) => told.push(receipt));
    const sending = client.send("bob", "x", { id: "m1" });
    bridge.last.receipt("m1", "queued");
    expect(await sending).toEqual({ id: "m1", status: "queued" });
    bridge.last.receipt("m1", "dropped", { reason: "expired" });
    expect(told.map(({ status, reason }) => [status, reason])).toEqual([
      ["queued", undefined],
      ["dropped", "expired"],
    ]);
  });

  test("that is dropped rejects with the reason", async () => {
    const { bridge, client } = await connected();
    const sending = client.send("bob", "x", { id: "m1" });
    bridge.last.receipt("m1", "dropped", { reason: "queue_full" });
    const { code, reason, messageId } = await caught(sending);
    expect([code, reason, messageId]).toEqual(["dropped", "queue_full", "m1"]);
  });

  test("that is refused rejects with the bridge's word, others wait on", async () => {
    const { bridge, client } = await connected();
    const refused = client.send("bob", "x", { id: "m1" });
    const other = client.send("bob", "y", { id: "m2" });
    bridge.last.say({ type: "error", error: "rate_limited", message: "Too fast", id: "m1" });
    const { code, bridgeCode, message } = await caught(refused);
    expect([code, bridgeCode, message]).toEqual(["refused", "rate_limited", "Too fast"]);
    bridge.last.receipt("m2", "delivered");
    expect((await other).status).toBe("delivered");
  });

  test("that comes when the bridge is stopping goes to the next one", async () => {
    const { bridge, client, reconnect } = await connected();
    const sending = client.send("bob", "x", { id: "m1" });
    bridge.last.say({ type: "error", error: "unavailable", message: "Stopping", id: "m1" });
    await reconnect();
    bridge.last.receipt("m1", "queued");
    expect(await sending).toEqual({ id: "m1", status: "queued" });
  });

  test("an error that is about no message is a problem", async () => {
    const { bridge, client } = await connected();
    const problems: BridgeClientError[] = [];
    client.onProblem((problem) => problems.push(problem));
    bridge.last.say({ type: "error", error: "bad_json" });
    expect(problems.map(({ code, bridgeCode }) => [code, bridgeCode])).toEqual([
      ["refused", "bad_json"],
    ]);
  });

  test("receipts may come in any order", async () => {
    const { bridge, client } = await connected();
    const sending = ["m1", "m2", "m3"].map((id) => client.send("bob", id, { id }));
    for (const id of ["m3", "m1", "m2"]) bridge.last.receipt(id, "delivered", { recipients: 1 });
    expect((await Promise.all(sending)).map(({ id }) => id)).toEqual(["m1", "m2", "m3"]);
    expect(client.unsent).toBe(0);
  });
});

describe("without a connection", () => {
  test("messages wait for it and go in the order in which they were sent", async () => {
    const bridge = new FakeBridge();
    const client = bridge.connect();
    const sending = ["a", "b", "c"].map((payload) => client.send("bob", payload));
    expect(bridge.last.frames).toEqual([]);
    await bridge.pass();
    await Promise.all(sending);
    expect(bridge.last.payloads).toEqual(["a", "b", "c"]);
  });

  test("what has no receipt goes again by the same id, in order, before what is new", async () => {
    const { bridge, client, reconnect } = await connected();
    for (const id of ["m1", "m2", "m3"]) void client.send("bob", id, { id });
    bridge.last.receipt("m2", "delivered");
    bridge.last.drop();
    void client.send("bob", "m4", { id: "m4" });
    await bridge.pass(100);
    expect(bridge.last.payloads).toEqual(["m1", "m3", "m4"]);
    await reconnect();
    expect(bridge.last.payloads).toEqual(["m1", "m3", "m4"]);
  });
});

describe("limits", () => {
  test("beyond maxUnsent a message is refused at once, until one is answered", async () => {
    const { bridge, client } = await connected({ maxUnsent: 2 });
    void client.send("bob", "a", { id: "m1" });
    void client.send("bob", "b", { id: "m2" });
    expect((await caught(client.send("bob", "c"))).code).toBe("too_many_unsent");
    bridge.last.receipt("m1", "delivered");
    void client.send("bob", "d");
    expect(bridge.last.payloads).toEqual(["a", "b", "d"]);
  });

  test("so it is beyond maxUnsentChars", async () => {
    const { client } = await connected({ maxUnsentChars: 1000 });
    void client.send("bob", "x".repeat(800));
    expect((await caught(client.send("bob", "x".repeat(800)))).code).toBe("too_many_unsent");
    expect(client.unsent).toBe(1);
  });

  test("what is answered makes room again", async () => {
    const { bridge, client } = await connected({ maxUnsentChars: 1000 });
    for (const id of ["m1", "m2", "m3"]) {
      const sending = client.send("bob", "x".repeat(800), { id });
      bridge.last.receipt(id, "delivered");
      expect((await sending).id).toBe(id);
    }
  });

  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  test.each([
    ["larger than the bridge takes", "frame_too_large", "ä".repeat(500), "ä".repeat(400)],
    [
      "deeper than the bridge takes",
      "too_deep",
      nested(9),
      { a: nested(6), b: '"[[[[[[[[[[[[[[[[' },
    ],
  ])("a message that is %s does not go", async (_what, bridgeCode, bad, good) => {
    const bridge = new FakeBridge();
    const limits = { maxFrameBytes: 1000, maxDepth: 10 };
    bridge.onFrame = (frame, connection) => {
      if (frame.type === "register") connection.welcome({ limits });
    };
    const client = bridge.connect();
    const early = caught(client.send("bob", bad, { id: "m1" }));
    await bridge.pass();
    const late = await caught(client.send("bob", bad, { id: "m1" }));
    void client.send("bob", good, { id: "m1" });
    expect([late.code, late.bridgeCode]).toEqual(["refused", bridgeCode]);
    expect((await early).message).toBe(late.message);
    expect(bridge.last.payloads).toEqual([good]);
  });
});

test.each([
  ["no recipient", (send: Send) => send("", 1)],
  ["what JSON has no form for", (send: Send) => send("bob", 1n)],
  ["the id of one that is unsent", (send: Send) => send("bob", 1, { id: "waits" })],
])("%s is an option that cannot be", async (_what, call) => {
  const { client } = await connected();
  void client.send("bob", 1, { id: "waits" });
  const error = await caught(call((...message) => client.send(...message)));
  expect(error.code).toBe("bad_option");
  expect(client.unsent).toBe(1);
});

type Send = Awaited<ReturnType<typeof connected>>["client"]["send"];

test("whatever breaks, each message is accepted once, in order, and answered once", async () => {
  const step = fc.constantFrom("send", "receipt", "late receipt", "drop", "drop unheard", "pass");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const bridge = new FakeBridge();
      /** What the bridge has accepted, and whom it still owes a receipt. */
      const accepted = new Map<string, number>();
      let owed: string[] = [];
      let hears = true;
      bridge.onFrame = (frame, connection) => {
        silent(frame, connection);
        if (frame.type !== "envelope" || !hears) return;
        const { id, payload } = frame.envelope as { id: string; payload: number };
        if (!accepted.has(id)) accepted.set(id, payload);
        owed.push(id);
      };
      const client = bridge.connect({ reconnect: { minDelayMs: 10 } });
      const sending: Promise<Receipt>[] = [];
      const answer = (id: string | undefined) => id && bridge.last.receipt(id, "delivered");
      const drop = () => {
        owed = [];
        bridge.last.drop();
      };
      for (const each of steps) {
        if (each === "send") sending.push(client.send("bob", sending.length));
        if (each === "receipt") answer(owed.shift());
        if (each === "late receipt") answer(owed.pop());
        if (each === "drop") drop();
        hears = each !== "drop unheard";
        if (!hears) {
          sending.push(client.send("bob", sending.length));
          drop();
        }
        if (each === "pass") await bridge.pass(5);
      }
      hears = true;
      drop();
      await bridge.pass(60_000);
      for (const id of owed) answer(id);
      const receipts = await Promise.all(sending);
      expect([...accepted.values()]).toEqual(sending.map((_, place) => place));
      expect(receipts.map(({ id }) => accepted.get(id))).toEqual(sending.map((_, place) => place));
      expect(client.unsent).toBe(0);
    }),
    { numRuns: 100 },
  );
});
