import { describe, expect, test } from "bun:test";
import {
  type KeeperContract,
  KeeperStage,
  START_MS,
  testKeeper,
  testMessage,
} from "../testing/index.ts";
import { KeeperNotes } from "../testing/keeper-notes.ts";
import type { KeeperLimits } from "./keeper.ts";
import type { Binding } from "./keeper-log.ts";
import { memoryKeeper } from "./memory-keeper.ts";

const runner = { describe, test, expect };

testKeeper("a memory keeper", {
  ...runner,
  open: async (options) => ({ keeper: memoryKeeper(options), close: async () => {} }),
});

const openLogged: KeeperContract["open"] = async (options) => {
  const log = new KeeperNotes();
  const restart = async () => {
    const { state } = log;
    const keeper = memoryKeeper({ ...options, log });
    keeper.restore(state);
    return keeper;
  };
  return { keeper: memoryKeeper({ ...options, log }), restart, close: async () => {} };
};
testKeeper("a memory keeper with a log", { ...runner, isDurable: true, open: openLogged });

const limits: KeeperLimits = {
  maxHistory: 3,
  maxHistoryBytes: 10_000,
  maxQueue: 2,
  maxQueueBytes: 10_000,
  maxTotalBytes: 10_000,
  maxMailboxes: 10,
  queueTtlMs: 1000,
  maxDeadLetters: 10,
  maxSeen: 10,
  maxClaims: 10,
  claimTtlMs: 1000,
};

test("a place that the history never had is before all that it has", async () => {
  const keeper = memoryKeeper({ limits, epochMs: () => START_MS });
  keeper.put(testMessage({ to: null }), () => {});
  for (const after of ["", "-1", "garbage", "9007199254740991", "1e999"]) {
    expect((await keeper.history({ limit: 9, viewer: "nobody", after })).length).toBe(1);
  }
});

test("dead letters are bounded in bytes, too, and so is what is written of them", async () => {
  const log = new KeeperNotes();
  const keeper = memoryKeeper({ limits, epochMs: () => START_MS, log });
  for (const id of ["1", "2", "3", "4"]) {
    const message = testMessage({ id, bytes: 4000 });
    keeper.put(message, () => {});
    keeper.bury("bob", message, "unacknowledged");
  }
  const letters = await keeper.deadLetters(9);
  expect(letters.map(({ message }) => message.envelope.id)).toEqual(["4", "3"]);
  expect(log.state.deadLetters).toEqual(letters.toReversed());
});

test("what could not be written down is gone without a word, and may be sent again", async () => {
  const keeper = memoryKeeper({ limits, epochMs: () => START_MS });
  const stage = new KeeperStage(keeper);
  await stage.connect("cy");
  const messages = [
    testMessage({ id: "1" }),
    testMessage({ id: "2" }),
    testMessage({ id: "3", to: null }),
    testMessage({ id: "4", to: "cy" }),
  ];
  for (const message of messages) await stage.put(message);
  keeper.settle("cy", [messages[3]!]);
  keeper.retract(messages.slice(1));
  const left = { queuedMessages: 1, queuedBytes: messages[0]!.bytes, mailboxes: 1 };
  expect(keeper.figures).toMatchObject({ ...left, historySize: 0 });
  expect(stage.buried).toEqual([]);
  expect(await stage.put(testMessage({ id: "2" }))).toEqual({ kind: "kept" });
  await stage.connect("bob");
  expect(await stage.idsOf("bob", 2)).toEqual(["1", "2"]);
});

test("who was not connected when the process ended is forgotten in time", async () => {
  let nowMs = START_MS;
  const keeper = memoryKeeper({ limits, epochMs: () => nowMs });
  const binding = (clientId: string, seenAtMs: number | undefined): Binding => {
    return { clientId, tokenHash: "hash", seenAtMs };
  };
  const bindings = [
    binding("there", undefined),
    binding("late", nowMs),
    binding("gone", nowMs - 999),
  ];
  keeper.restore({ waiting: [], history: [], deadLetters: [], bindings });
  const stage = new KeeperStage(keeper);
  const owners = () => Promise.all(["gone", "late", "there"].map((id) => stage.verify(id, "hash")));
  nowMs += 1;
  keeper.sweep(nowMs);
  expect(await owners()).toEqual(["unbound", "its", "its"]);
  nowMs += 999;
  keeper.sweep(nowMs);
  expect(await owners()).toEqual(["unbound", "unbound", "unbound"]);
});
