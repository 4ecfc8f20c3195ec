import type { KeeperLimits } from "../keeper/keeper.ts";
import { type KeeperRule, rule } from "./keeper-rule.ts";
import { testMessage } from "./test-message.ts";

const full: readonly (readonly [string, Partial<KeeperLimits>, string, string])[] = [
  ["as many messages as a mailbox may have", { maxQueue: 2 }, "bob", "queue_full"],
  ["as many bytes as a mailbox may have", { maxQueueBytes: 1000 }, "bob", "queue_full"],
  ["as many bytes as all who are absent may have", { maxTotalBytes: 1334 }, "cy", "store_full"],
  ["as many mailboxes as there may be", { maxMailboxes: 1 }, "cy", "too_many_recipients"],
];

/** Nothing grows beyond its limit, and what is beyond is said. */
export const limitRules: readonly KeeperRule[] = [
  ...full.map(([name, limits, to, reason]) =>
    rule(
      `${name}: the next is dropped, until one is settled`,
      limits,
      async ({ stage, expect }) => {
        for (const id of ["1", "2"]) {
          expect(await stage.put(testMessage({ id, bytes: 500 }))).toEqual({ kind: "kept" });
        }
        const next = testMessage({ id: "3", to, bytes: 500 });
        expect(await stage.put(next)).toEqual({ kind: "dropped", reason });
        await stage.connect("ada");
        await stage.connect("bob");
        const arrivals = await stage.arrivalsOf("bob", 2);
        expect(await stage.put(next)).toEqual({ kind: "dropped", reason });
        const messages = arrivals.map(({ message }) => message);
        stage.keeper.settle("bob", messages);
        await stage.until(() => stage.settled.length === 2);
        expect(await stage.put(next)).toEqual({ kind: "kept" });
      },
    ),
  ),

  rule("no message is kept that alone is too big", { maxQueueBytes: 499 }, async (scene) => {
    const { expect } = scene;
    expect(await scene.stage.put(testMessage({ bytes: 500 }))).toEqual({
      kind: "dropped",
      reason: "queue_full",
    });
  }),

  rule("whoever is connected is no recipient too many", { maxMailboxes: 1 }, async (scene) => {
    const { stage, expect } = scene;
    await stage.connect("cy");
    await stage.put(testMessage({ id: "1" }));
    expect(await stage.put(testMessage({ id: "2", to: "cy" }))).toEqual({ kind: "kept" });
    expect(await stage.idsOf("cy", 1)).toEqual(["2"]);
  }),

  rule("the absent leave room to who is connected", { maxTotalBytes: 1334 }, async (scene) => {
    const { stage, expect } = scene;
    await stage.connect("cy");
    for (const id of ["1", "2"]) await stage.put(testMessage({ id, bytes: 500 }));
    const next = { to: "cy", bytes: 300 };
    expect(await stage.put(testMessage({ ...next, id: "3" }))).toEqual({ kind: "kept" });
    const full = { kind: "dropped", reason: "store_full" };
    expect(await stage.put(testMessage({ ...next, id: "4" }))).toEqual(full);
  }),

  rule("messages, bytes and mailboxes are counted", {}, async ({ stage, epochMs, expectSoon }) => {
    const { keeper } = stage;
    await stage.connect("ada");
    await stage.put(testMessage({ id: "1", bytes: 500, acceptedAtMs: epochMs }));
    await stage.put(testMessage({ id: "2", bytes: 700, acceptedAtMs: epochMs + 1 }));
    await stage.put(testMessage({ id: "3", bytes: 2000, to: "cy", acceptedAtMs: epochMs + 2 }));
    await stage.put(testMessage({ id: "4", to: null }));
    const figures = () => {
      keeper.sweep(epochMs);
      return keeper.mailboxes(10).then(() => keeper.figures);
    };
    const queued = { queuedMessages: 3, queuedBytes: 3200, mailboxes: 2 };
    await expectSoon(figures, { ...queued, historySize: 4, deadLetters: 0 });
    const bob = { id: "bob", messages: 2, bytes: 1200, oldestAtMs: epochMs };
    const cy = { id: "cy", messages: 1, bytes: 2000, oldestAtMs: epochMs + 2 };
    await expectSoon(() => keeper.mailboxes(10), [bob, cy]);
    await expectSoon(() => keeper.mailboxes(1), [bob]);
    await stage.connect("bob");
    const [first, second] = await stage.arrivalsOf("bob", 2);
    keeper.settle("bob", [first!.message]);
    keeper.bury("bob", second!.message, "unacknowledged");
    await stage.until(() => stage.settled.length + stage.buried.length === 2);
    const left = { queuedMessages: 1, queuedBytes: 2000, mailboxes: 1 };
    await expectSoon(figures, { ...left, historySize: 4, deadLetters: 1 });
    await expectSoon(() => keeper.mailboxes(10), [cy]);
  }),

  rule("the newest dead letters stay, newest first", { maxDeadLetters: 2 }, async (scene) => {
    const { stage, expectSoon } = scene;
    await stage.connect("ada");
    await stage.connect("bob");
    for (const id of ["1", "2", "3"]) await stage.put(testMessage({ id }));
    for (const { message } of await stage.arrivalsOf("bob", 3)) {
      stage.keeper.bury("bob", message, "unacknowledged");
    }
    const ids = async (limit: number) => {
      const letters = await stage.keeper.deadLetters(limit);
      return letters.map(({ message }) => message.envelope.id);
    };
    await expectSoon(() => ids(10), ["3", "2"]);
    await expectSoon(() => ids(1), ["3"]);
  }),

  rule(
    "the newest half of what may be remembered is",
    { maxSeen: 8 },
    async ({ stage, expect }) => {
      const send = async (id: string) => (await stage.put(testMessage({ id, to: null }))).kind;
      await send("first");
      for (const id of ["1", "2", "3"]) await send(id);
      expect(await send("first")).toEqual("duplicate");
      for (let id = 4; id < 20; id += 1) await send(String(id));
      expect(await send("first")).toEqual("published");
    },
  ),

  rule("what was dropped is not remembered", { maxQueueBytes: 600 }, async ({ stage, expect }) => {
    await stage.put(testMessage({ id: "1", bytes: 500 }));
    expect((await stage.put(testMessage({ id: "2", bytes: 500 }))).kind).toEqual("dropped");
    expect(await stage.put(testMessage({ id: "2", to: "cy" }))).toEqual({ kind: "kept" });
  }),
];
