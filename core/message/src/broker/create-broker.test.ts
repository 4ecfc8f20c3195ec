import { expect, test } from "bun:test";
import type { Keeper, KeeperLimits } from "../keeper/keeper.ts";
import { memoryKeeper } from "../keeper/memory-keeper.ts";
import { BrokerStage } from "../testing/broker-stage.ts";
import { START_MS, testMeta } from "../testing/index.ts";
import { LateKeeper } from "../testing/late-keeper.ts";

const limits: KeeperLimits = {
  maxHistory: 100,
  maxHistoryBytes: 1_000_000,
  maxQueue: 4,
  maxQueueBytes: 1_000_000,
  maxTotalBytes: 1_000_000,
  maxMailboxes: 10,
  queueTtlMs: 30_000,
  maxDeadLetters: 10,
  maxSeen: 1000,
  maxClaims: 10,
  claimTtlMs: 60_000,
};

const inMemory = (): Keeper => memoryKeeper({ limits, epochMs: () => START_MS });
const acks = { acknowledges: true };
const receipts = { wantsReceipts: true };

/** Microtasks: the history's promise. */
async function later(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

test("who is connected and does not acknowledge is delivered to at once", () => {
  const stage = new BrokerStage(inMemory());
  stage.connect("ada", receipts);
  stage.connect("bob");
  stage.send("ada", { id: "1" });
  expect(stage.lines).toEqual(["bob < 1 from ada", "ada ? 1 delivered"]);
});

test.each([{}, acks])("what a connection that is being closed did not take waits: %j", (asks) => {
  const stage = new BrokerStage(inMemory());
  stage.connect("ada", receipts);
  stage.connect("bob", asks);
  stage.gone.add("bob");
  stage.send("ada", { id: "1" });
  stage.send("ada", { id: "2" });
  stage.broker.closed("bob", 0);
  expect(stage.lines).toEqual(["ada ? 1 queued", "ada ? 2 queued"]);
  stage.connect("bob 2", { ...asks, id: "bob" });
  expect(stage.lines.filter((line) => line.startsWith("bob 2"))).toEqual([
    "bob 2 < 1 from ada #2",
    "bob 2 < 2 from ada",
  ]);
});

test("what waits comes in order, and its sender hears of it", () => {
  const stage = new BrokerStage(inMemory());
  stage.connect("ada", receipts);
  stage.send("ada", { id: "1" });
  stage.send("ada", { id: "2" });
  expect(stage.lines).toEqual(["ada ? 1 queued", "ada ? 2 queued"]);
  expect(stage.claim("bob")).toEqual({ kind: "claimed", replaces: false });
  stage.send("ada", { id: "3" });
  expect(stage.lines).toEqual(["ada ? 3 queued"]);
  stage.broker.open("bob", 0);
  expect(stage.lines).toEqual([
    ...["bob < 1 from ada", "ada ? 1 delivered"],
    ...["bob < 2 from ada", "ada ? 2 delivered"],
    ...["bob < 3 from ada", "ada ? 3 delivered"],
  ]);
});

test("of a recipient who acknowledges, the sender hears delivered once that is done", () => {
  const stage = new BrokerStage(inMemory());
  stage.connect("ada", receipts);
  stage.connect("bob", acks);
  stage.send("ada", { id: "1" });
  expect(stage.lines).toEqual(["bob < 1 from ada"]);
  stage.ack("bob", "unknown", "1", "1");
  expect(stage.lines).toEqual(["ada ? 1 delivered"]);
});

test.each([
  ["its connection closes", (stage: BrokerStage) => stage.closed("bob"), []],
  ["it holds the message", (stage: BrokerStage) => stage.broker.hold("bob", ["1"], 0), []],
  ["it is late", (stage: BrokerStage) => stage.tick(5000), ["bob < 1 from ada #2"]],
  ["it is too slow", slowForLong, ["bob ! slow"]],
] as const)(
  "who sent hears queued if the recipient does not acknowledge: %s",
  (_, happens, more) => {
    const stage = new BrokerStage(inMemory());
    stage.connect("ada", receipts);
    stage.connect("bob", acks);
    stage.send("ada", { id: "1" });
    expect(stage.lines).toEqual(["bob < 1 from ada"]);
    happens(stage);
    expect(stage.lines).toEqual(["ada ? 1 queued", ...more]);
  },
);

function slowForLong(stage: BrokerStage): void {
  stage.slow.add("bob");
  stage.send("bob", { id: "own", to: "bob" });
  expect(stage.lines).toEqual(["bob < own from bob"]);
  stage.tick(2000);
}

test("what is not acknowledged comes again, and in the end is a dead letter", async () => {
  const keeper = inMemory();
  const stage = new BrokerStage(keeper);
  stage.connect("ada", receipts);
  stage.connect("bob", acks);
  stage.send("ada", { id: "1" });
  stage.tick(4999);
  expect(stage.lines).toEqual(["bob < 1 from ada"]);
  stage.tick(1);
  stage.tick(4999);
  expect(stage.lines).toEqual(["ada ? 1 queued", "bob < 1 from ada #2"]);
  stage.tick(1);
  stage.tick(4999);
  expect(stage.lines).toEqual(["bob < 1 from ada #3"]);
  stage.tick(1);
  expect(stage.lines).toEqual(["ada ? 1 dropped unacknowledged"]);
  stage.ack("bob", "1");
  stage.tick(20_000);
  expect(stage.lines).toEqual([]);
  expect(await keeper.deadLetters(9)).toMatchObject([{ reason: "unacknowledged" }]);
});

test("what is held begins its time anew, and is no attempt", () => {
  const stage = new BrokerStage(inMemory());
  stage.connect("ada");
  stage.connect("bob", acks);
  stage.send("ada", { id: "1" });
  for (let round = 0; round < 10; round += 1) {
    stage.tick(4000);
    stage.broker.hold("bob", ["unknown", "1"], stage.nowMs);
  }
  stage.send("ada", { id: "2" });
  stage.ack("bob", "2");
  stage.tick(4999);
  expect(stage.lines).toEqual(["bob < 1 from ada", "bob < 2 from ada"]);
  stage.tick(1);
  expect(stage.lines).toEqual(["bob < 1 from ada #2"]);
});

test("no more are under way than its window, and acks let more come", () => {
  const stage = new BrokerStage(inMemory());
  stage.connect("ada", receipts);
  stage.connect("bob", { ...acks, window: 2 });
  for (const id of ["1", "2", "3", "4"]) stage.send("ada", { id });
  expect(stage.lines).toEqual([
    ...["bob < 1 from ada", "bob < 2 from ada", "ada ? 3 queued", "ada ? 4 queued"],
  ]);
  stage.send("ada", { id: "5" });
  expect(stage.lines).toEqual(["ada ? 5 dropped queue_full"]);
  stage.ack("bob", "2", "3");
  expect(stage.lines).toEqual(["ada ? 2 delivered", "bob < 3 from ada"]);
  stage.ack("bob", "3", "1");
  expect(stage.lines).toEqual(["ada ? 1 delivered", "ada ? 3 delivered", "bob < 4 from ada"]);
});

test("what was not acknowledged comes again after it reconnects, as a second attempt", () => {
  const stage = new BrokerStage(inMemory());
  stage.connect("ada");
  stage.connect("bob", acks);
  for (const id of ["1", "2", "3"]) stage.send("ada", { id });
  stage.ack("bob", "2");
  stage.closed("bob");
  stage.send("ada", { id: "4" });
  expect(stage.lines.length).toBe(3);
  stage.connect("bob again", { ...acks, id: "bob" });
  expect(stage.lines).toEqual([
    "bob again < 1 from ada #2",
    "bob again < 3 from ada #2",
    "bob again < 4 from ada",
  ]);
});

test("one ack is of one message, though two senders gave it the same id", () => {
  const stage = new BrokerStage(inMemory());
  for (const id of ["ada", "cy"]) stage.connect(id, receipts);
  stage.connect("bob", acks);
  stage.send("ada", { id: "1" });
  stage.send("cy", { id: "1" });
  stage.ack("bob", "1");
  expect(stage.lines).toEqual(["bob < 1 from ada", "bob < 1 from cy", "ada ? 1 delivered"]);
  stage.ack("bob", "other", "1");
  expect(stage.lines).toEqual(["cy ? 1 delivered"]);
});

test("a message sent again is a duplicate, and is told what became of the first", () => {
  const stage = new BrokerStage(inMemory());
  stage.connect("ada", receipts);
  stage.send("ada", { id: "1" });
  stage.send("ada", { id: "1" });
  stage.connect("bob");
  stage.send("ada", { id: "1" });
  expect(stage.lines).toEqual([
    ...["ada ? 1 queued", "ada ? 1 queued duplicate"],
    ...["bob < 1 from ada", "ada ? 1 delivered", "ada ? 1 delivered duplicate"],
  ]);
});

test("who wants no receipts is told only what is dropped at once", () => {
  const stage = new BrokerStage(inMemory());
  stage.connect("ada");
  for (const id of ["1", "2", "3", "4", "4", "5"]) stage.send("ada", { id });
  expect(stage.lines).toEqual(["ada ? 5 dropped queue_full"]);
  stage.send("ada", { id: "6", to: null });
  stage.tick(30_000);
  expect(stage.lines).toEqual([]);
});

test("what expires is told to its sender", () => {
  const stage = new BrokerStage(inMemory());
  stage.connect("ada", receipts);
  stage.send("ada", { id: "1" });
  stage.tick(30_000);
  expect(stage.lines).toEqual(["ada ? 1 queued", "ada ? 1 dropped expired"]);
});

test("a slow reader gets nothing more until it has drained, then everything in order", () => {
  const stage = new BrokerStage(inMemory());
  stage.connect("ada", receipts);
  stage.connect("bob");
  stage.slow.add("bob");
  for (const id of ["1", "2", "3"]) stage.send("ada", { id });
  expect(stage.lines).toEqual([
    ...["bob < 1 from ada", "ada ? 1 delivered", "ada ? 2 queued", "ada ? 3 queued"],
  ]);
  stage.tick(1999);
  stage.drained("bob");
  expect(stage.lines).toEqual([
    ...["bob < 2 from ada", "ada ? 2 delivered", "bob < 3 from ada", "ada ? 3 delivered"],
  ]);
  stage.tick(5000);
  expect(stage.lines).toEqual([]);
});

test("a slow reader that does not catch up is let go, and what waits is kept", () => {
  const stage = new BrokerStage(inMemory());
  stage.connect("ada");
  stage.connect("bob");
  stage.slow.add("bob");
  stage.send("ada", { id: "1" });
  stage.send("ada", { id: "2" });
  stage.tick(2000);
  expect(stage.lines).toEqual(["bob < 1 from ada", "bob ! slow"]);
  stage.closed("bob");
  stage.connect("bob 2", { id: "bob" });
  expect(stage.lines).toEqual(["bob 2 < 2 from ada #2"]);
});

test("while it is slow nothing is overdue; from then on its time begins anew", () => {
  const stage = new BrokerStage(inMemory(), { slowGraceMs: 60_000 });
  stage.connect("ada");
  stage.connect("bob", acks);
  stage.slow.add("bob");
  stage.send("ada", { id: "1" });
  stage.tick(8000);
  stage.drained("bob");
  stage.tick(4999);
  expect(stage.lines).toEqual(["bob < 1 from ada"]);
  stage.tick(1);
  expect(stage.lines).toEqual(["bob < 1 from ada #2"]);
});

test("a broadcast goes to all but its sender, and is told to how many", () => {
  const stage = new BrokerStage(inMemory());
  for (const id of ["ada", "bob", "cy"]) stage.connect(id, receipts);
  stage.send("ada", { id: "1", to: null });
  expect(stage.lines).toEqual(["bob,cy < 1 to all from ada", "ada ? 1 delivered 2"]);
  expect(stage.submit({ id: "2", to: null })).toEqual({ kind: "published", recipients: 3 });
  expect(stage.lines).toEqual(["ada,bob,cy < 2 to all from api"]);
});

test("broadcasts wait for a slow reader, and those beyond come from the history", async () => {
  const stage = new BrokerStage(inMemory());
  for (const id of ["ada", "bob"]) stage.connect(id);
  stage.slow.add("bob");
  for (let id = 1; id <= 7; id += 1) stage.send("ada", { id: String(id), to: null });
  stage.send("bob", { id: "own", to: null });
  await later();
  expect(stage.lines).toEqual(["bob < 1 to all from ada", "ada < own to all from bob"]);
  stage.drained("bob");
  stage.send("ada", { id: "8", to: null });
  await later();
  stage.send("ada", { id: "9", to: null });
  const expected = ["2", "3", "4", "5", "6", "7", "8", "9"];
  expect(stage.lines).toEqual(expected.map((id) => `bob < ${id} to all from ada`));
});

test("what waits for slow readers is bounded in bytes, the rest comes from the history", async () => {
  const keeper = inMemory();
  const stage = new BrokerStage(keeper, { maxWaitingBroadcasts: 1000, maxWaitingBytes: 1000 });
  for (const id of ["ada", "bob"]) stage.connect(id);
  stage.slow.add("bob");
  const ids = ["1", "2", "3", "4", "5", "6", "7"];
  for (const id of ids) stage.send("ada", { id, to: null, bytes: 600 });
  expect(stage.lines).toEqual(["bob < 1 to all from ada"]);
  const history = keeper.history.bind(keeper);
  const found: number[] = [];
  keeper.history = async (query) => {
    const entries = await history(query);
    found.push(entries.length);
    return entries;
  };
  stage.drained("bob");
  await later();
  expect(stage.lines).toEqual(ids.slice(1).map((id) => `bob < ${id} to all from ada`));
  // Two are sent at a time.
  expect(found).toEqual([4, 2, 0]);
});

test("who resumes is told the broadcasts since, but its own, before those that come", async () => {
  const keeper = inMemory();
  const stage = new BrokerStage(keeper);
  stage.connect("ada");
  stage.send("ada", { id: "1", to: null });
  stage.send("ada", { id: "2", to: null });
  stage.send("ada", { id: "private", to: "cy" });
  expect(stage.submit({ id: "own", from: "bob", to: null })).toMatchObject({ kind: "published" });
  const [first] = await keeper.history({ limit: 10, viewer: "all" });
  stage.claim("bob", { resume: first?.cursor });
  stage.send("ada", { id: "3", to: null });
  expect(stage.lines).toEqual(["ada < own to all from bob"]);
  stage.broker.open("bob", 0);
  stage.send("ada", { id: "4", to: null });
  await later();
  stage.send("ada", { id: "5", to: null });
  expect(stage.lines).toEqual(["2", "3", "4", "5"].map((id) => `bob < ${id} to all from ada`));
});

test("what comes while the history is asked is told once", async () => {
  const keeper = new LateKeeper(inMemory());
  const stage = new BrokerStage(keeper);
  stage.connect("ada");
  stage.send("ada", { id: "1", to: null });
  keeper.holdsHistory = true;
  stage.connect("bob", { resume: "0" });
  for (const id of ["2", "3", "4"]) stage.send("ada", { id, to: null });
  keeper.commit();
  await later();
  keeper.commit();
  await later();
  const expected = ["1", "2", "3", "4"];
  expect(stage.lines).toEqual(expected.map((id) => `bob < ${id} to all from ada`));
});

test("what it missed is asked for again if the store did not answer", async () => {
  const keeper = inMemory();
  const history = keeper.history.bind(keeper);
  let isAway: boolean = true;
  const failing = Object.assign(keeper, {
    history: (query: Parameters<typeof history>[0]) =>
      isAway ? Promise.reject(new Error("The store is away")) : history(query),
  });
  const stage = new BrokerStage(failing);
  stage.connect("ada");
  stage.send("ada", { id: "1", to: null });
  stage.connect("bob", { resume: "0" });
  stage.send("ada", { id: "2", to: null });
  await later();
  stage.tick(1000);
  await later();
  expect(stage.lines).toEqual([]);
  isAway = false;
  stage.tick(1000);
  await later();
  expect(stage.lines).toEqual(["bob < 1 to all from ada", "bob < 2 to all from ada"]);
});

test("who is not heard of is told goodbye; anything that comes is heard", async () => {
  const keeper = inMemory();
  const stage = new BrokerStage(keeper);
  for (const id of ["ada", "bob", "cy", "dan"]) stage.connect(id);
  stage.tick(30_000);
  stage.broker.heard("ada", stage.nowMs);
  stage.send("bob", { id: "1", to: "nobody" });
  stage.ack("cy", "1");
  stage.tick(30_000);
  expect(stage.lines).toEqual(["dan ! expired"]);
  expect(stage.broker.connected).toBe(3);
  expect((await keeper.agents()).map(({ id }) => id)).toEqual(["ada", "bob", "cy"]);
  stage.closed("dan");
  stage.send("dan", { id: "1" });
  expect(stage.lines).toEqual([]);
});

test("an id is its connection's until that is gone, or its token's", () => {
  const stage = new BrokerStage(inMemory());
  stage.connect("ada");
  expect(stage.claim("ada 2", { id: "ada" })).toEqual({ kind: "taken" });
  expect(stage.broker.connected).toBe(1);
  stage.closed("ada 2");
  stage.closed("ada");
  stage.connect("ada 3", { id: "ada", tokenHash: "hash" });
  const claimed = stage.claim("ada 4", { id: "ada", tokenHash: "hash" });
  expect(claimed).toEqual({ kind: "claimed", replaces: true });
  expect(stage.lines).toEqual(["ada 3 ! replaced"]);
  stage.broker.open("ada 4", 0);
  stage.closed("ada 3");
  expect(stage.broker.connected).toBe(1);
  stage.send("ada 4", { id: "1", from: "ada", to: "ada" });
  expect(stage.lines).toEqual(["ada 4 < 1 from ada"]);
  expect(stage.claim("ada 4", { id: "other" })).toEqual({ kind: "taken" });
});

test("who connects to another instance is let go here, and is still connected", async () => {
  const keeper = new LateKeeper(inMemory());
  const stage = new BrokerStage(keeper);
  stage.connect("ada", { tokenHash: "hash" });
  keeper.listener?.onReplaced("ada");
  keeper.listener?.onReplaced("nobody");
  stage.closed("ada");
  expect(stage.lines).toEqual(["ada ! replaced"]);
  expect((await keeper.agents()).length).toBe(1);
});

test("HTTP is told what became of its message", () => {
  const stage = new BrokerStage(inMemory());
  stage.connect("bob");
  stage.connect("cy", acks);
  expect(stage.submit({ id: "1", to: "bob" })).toEqual({ kind: "delivered" });
  expect(stage.submit({ id: "2", to: "cy" })).toEqual({ kind: "kept" });
  expect(stage.submit({ id: "3", to: "offline" })).toEqual({ kind: "kept" });
  expect(stage.submit({ id: "3", to: "offline" })).toEqual({ kind: "duplicate", waits: true });
});

test("no receipt comes before the message is kept for good", () => {
  const keeper = new LateKeeper(inMemory());
  const stage = new BrokerStage(keeper);
  stage.connect("ada", receipts);
  stage.connect("bob");
  stage.connect("cy", acks);
  stage.send("ada", { id: "1" });
  stage.send("ada", { id: "2", to: "cy" });
  stage.send("ada", { id: "3", to: "cy" });
  stage.send("ada", { id: "4", to: "offline" });
  stage.send("ada", { id: "5", to: null });
  stage.send("ada", { id: "1" });
  stage.ack("cy", "2");
  expect(stage.lines).toEqual([
    ...["bob < 1 from ada", "cy < 2 from ada", "cy < 3 from ada", "bob,cy < 5 to all from ada"],
  ]);
  keeper.commit();
  expect(stage.lines).toEqual([
    ...["ada ? 1 delivered", "ada ? 2 delivered", "ada ? 4 queued", "ada ? 5 delivered 2"],
    "ada ? 1 delivered duplicate",
  ]);
  stage.ack("cy", "3");
  expect(stage.lines).toEqual(["ada ? 3 delivered"]);
});

test("who is gone before its claim is answered leaves nothing behind", async () => {
  const keeper = new LateKeeper(inMemory());
  const stage = new BrokerStage(keeper);
  keeper.holdsClaims = true;
  stage.claim("ada");
  stage.closed("ada");
  keeper.commit();
  expect(stage.broker.connected).toBe(0);
  expect(await keeper.agents()).toEqual([]);
  stage.claim("bob");
  keeper.commit();
  expect(await keeper.agents()).toEqual([testMeta("bob")]);
});
