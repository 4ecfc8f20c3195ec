import { type KeeperRule, rule } from "./keeper-rule.ts";
import { testMessage } from "./test-message.ts";

/** What comes in waits until it is settled or buried, and is told in order. */
export const mailboxRules: readonly KeeperRule[] = [
  rule("what waits is told when the mailbox is opened, then what comes", {}, async (scene) => {
    const { stage, expect } = scene;
    expect(await stage.put(testMessage({ id: "1" }))).toEqual({ kind: "kept" });
    expect(await stage.put(testMessage({ id: "2", from: "cy" }))).toEqual({ kind: "kept" });
    await stage.claim("bob");
    expect(await stage.put(testMessage({ id: "3" }))).toEqual({ kind: "kept" });
    expect(stage.arrivals).toEqual([]);
    stage.keeper.open("bob");
    await stage.put(testMessage({ id: "4" }));
    expect(await stage.idsOf("bob", 4)).toEqual(["1", "2", "3", "4"]);
    expect(stage.arrivals.some(({ again }) => again)).toEqual(false);
    expect(stage.arrivals[1]?.message).toEqual(testMessage({ id: "2", from: "cy" }));
  }),

  rule("each is told once an opening, and again to the next", {}, async ({ stage, expect }) => {
    await stage.put(testMessage({ id: "1" }));
    await stage.connect("bob");
    const [first] = await stage.arrivalsOf("bob", 1);
    stage.keeper.open("bob");
    stage.keeper.release("bob");
    await stage.put(testMessage({ id: "2" }));
    await stage.connect("bob");
    const arrivals = await stage.arrivalsOf("bob", 3);
    const told = arrivals.map(({ message, again }) => [message.envelope.id, again]);
    expect(told).toEqual([
      ["1", false],
      ["1", true],
      ["2", false],
    ]);
    expect(first?.message).toEqual(arrivals[1]?.message);
  }),

  rule("what is settled is gone, from wherever it is", {}, async ({ stage, expect }) => {
    const { keeper } = stage;
    await stage.connect("ada");
    await stage.connect("bob");
    for (const id of ["1", "2", "3", "4"]) await stage.put(testMessage({ id }));
    const messages = (await stage.arrivalsOf("bob", 4)).map(({ message }) => message);
    keeper.settle("bob", [messages[2]!, messages[0]!]);
    keeper.settle("bob", [messages[0]!, testMessage({ id: "unknown" })]);
    keeper.settle("nobody", [messages[1]!]);
    await stage.until(() => stage.settled.length >= 2);
    expect(stage.settled.map(({ envelope }) => envelope.id)).toEqual(["3", "1"]);
    keeper.release("bob");
    await stage.connect("bob");
    expect((await stage.idsOf("bob", 6)).slice(4)).toEqual(["2", "4"]);
  }),

  rule("what is buried is a dead letter, and its sender told", {}, async (scene) => {
    const { stage, expect, expectSoon } = scene;
    await stage.connect("ada");
    await stage.connect("bob");
    await stage.put(testMessage({ id: "1" }));
    await stage.put(testMessage({ id: "2" }));
    const [first, second] = await stage.arrivalsOf("bob", 2);
    scene.epochMs += 5000;
    stage.keeper.bury("bob", second!.message, "unacknowledged");
    stage.keeper.bury("bob", second!.message, "unacknowledged");
    stage.keeper.settle("bob", [second!.message]);
    await stage.until(() => stage.buried.length > 0);
    expect(stage.buried).toEqual([{ message: second!.message, reason: "unacknowledged" }]);
    const letter = { message: second!.message, reason: "unacknowledged", atMs: scene.epochMs };
    await expectSoon(() => stage.keeper.deadLetters(10), [letter]);
    stage.keeper.settle("bob", [first!.message]);
    await stage.until(() => stage.settled.length > 0);
    expect(stage.settled).toEqual([first!.message]);
  }),

  rule("what waits too long expires; but not in an open mailbox", {}, async (scene) => {
    const { stage, expect } = scene;
    await stage.connect("ada");
    await stage.connect("open");
    const acceptedAtMs = scene.epochMs;
    await stage.put(testMessage({ id: "1", acceptedAtMs }));
    await stage.put(testMessage({ id: "2", to: "open", acceptedAtMs }));
    await stage.put(testMessage({ id: "3", acceptedAtMs: acceptedAtMs + 5000 }));
    await stage.arrivalsOf("open", 1);
    scene.epochMs = acceptedAtMs + 59_999;
    stage.keeper.sweep(scene.epochMs);
    const fourth = testMessage({ id: "4", to: "cy", acceptedAtMs: scene.epochMs });
    expect(await stage.put(fourth)).toEqual({ kind: "kept" });
    expect(stage.buried).toEqual([]);
    scene.epochMs = acceptedAtMs + 60_000;
    stage.keeper.sweep(scene.epochMs);
    await stage.until(() => stage.buried.length > 0);
    const buried = stage.buried.map(({ message, reason }) => [message.envelope.id, reason]);
    expect(buried).toEqual([["1", "expired"]]);
    await stage.connect("bob");
    expect(await stage.idsOf("bob", 1)).toEqual(["3"]);
    stage.keeper.release("open");
    stage.keeper.sweep(scene.epochMs);
    await stage.until(() => stage.buried.length > 1);
    expect(stage.buried[1]?.message.envelope.id).toEqual("2");
  }),

  rule("a message sent again is a duplicate, waiting or not", {}, async ({ stage, expect }) => {
    const message = testMessage({ id: "1" });
    await stage.put(message);
    expect(await stage.put(testMessage({ id: "1" }))).toEqual({ kind: "duplicate", waits: true });
    expect((await stage.put(testMessage({ id: "1", from: "cy" }))).kind).toEqual("kept");
    await stage.connect("ada");
    await stage.connect("bob");
    const arrivals = await stage.arrivalsOf("bob", 2);
    expect(arrivals.map(({ message: { envelope } }) => envelope.from)).toEqual(["ada", "cy"]);
    stage.keeper.settle("bob", [arrivals[0]!.message]);
    await stage.until(() => stage.settled.length > 0);
    expect(await stage.put(testMessage({ id: "1" }))).toEqual({ kind: "duplicate", waits: false });
    expect((await stage.put(testMessage({ id: "2", to: null }))).kind).toEqual("published");
    expect(await stage.put(testMessage({ id: "2", to: null }))).toEqual({
      kind: "duplicate",
      waits: false,
    });
  }),

  rule("what was buried may be sent again", {}, async ({ stage, expect }) => {
    await stage.connect("ada");
    await stage.connect("bob");
    await stage.put(testMessage({ id: "1" }));
    const [arrival] = await stage.arrivalsOf("bob", 1);
    stage.keeper.bury("bob", arrival!.message, "unacknowledged");
    await stage.until(() => stage.buried.length > 0);
    expect(await stage.put(testMessage({ id: "1" }))).toEqual({ kind: "kept" });
    expect(await stage.idsOf("bob", 2)).toEqual(["1", "1"]);
    expect(stage.arrivals[1]?.again).toEqual(false);
  }),

  rule("what one sends oneself comes, too", {}, async ({ stage, expect }) => {
    await stage.connect("ada");
    expect(await stage.put(testMessage({ to: "ada" }))).toEqual({ kind: "kept" });
    expect(await stage.idsOf("ada", 1)).toEqual(["1"]);
  }),
];
