import { type KeeperRule, rule, type Scene } from "./keeper-rule.ts";
import { KeeperStage } from "./keeper-stage.ts";
import { testMessage } from "./test-message.ts";

const limits = { maxQueue: 2, maxHistory: 2, maxDeadLetters: 2 };

/** What was acknowledged outlives the process. */
export const restartRules: readonly KeeperRule[] = [
  rule("what was kept comes after a restart, in order", {}, async (scene) => {
    const { expect, expectSoon } = scene;
    for (const id of ["1", "2", "3"]) await scene.stage.put(testMessage({ id }));
    await scene.stage.put(testMessage({ id: "4", to: "cy" }));
    const stage = await restart(scene);
    await stage.connect("bob");
    expect(await stage.idsOf("bob", 3)).toEqual(["1", "2", "3"]);
    expect(stage.arrivals[0]?.message).toEqual(testMessage({ id: "1" }));
    const waiting = async () => (await stage.keeper.mailboxes(9)).map(({ messages }) => messages);
    await expectSoon(waiting, [3, 1]);
  }),

  rule("what was settled or buried does not come after it", {}, async (scene) => {
    const { expect } = scene;
    await scene.stage.connect("ada");
    await scene.stage.connect("bob", "hash");
    for (const id of ["1", "2", "3"]) await scene.stage.put(testMessage({ id }));
    const [first, second] = await scene.stage.arrivalsOf("bob", 3);
    scene.stage.keeper.settle("bob", [first!.message]);
    scene.stage.keeper.bury("bob", second!.message, "unacknowledged");
    await scene.stage.put(testMessage({ id: "4" }));
    const stage = await restart(scene);
    await stage.connect("bob", "hash");
    expect(await stage.idsOf("bob", 2)).toEqual(["3", "4"]);
    expect(stage.arrivals[0]?.again).toEqual(true);
    const letters = (await stage.keeper.deadLetters(9)).map(({ message }) => message.envelope.id);
    expect(letters).toEqual(["2"]);
    expect(await stage.put(testMessage({ id: "3" }))).toEqual({ kind: "duplicate", waits: true });
    expect(await stage.put(testMessage({ id: "2" }))).toEqual({ kind: "kept" });
  }),

  rule("the history goes on, with the same places and rising", {}, async (scene) => {
    const { expect } = scene;
    for (const id of ["1", "2"]) await scene.stage.put(testMessage({ id, to: null }));
    const query = { limit: 10, viewer: "all" } as const;
    const before = await scene.stage.keeper.history(query);
    const stage = await restart(scene);
    expect(await stage.keeper.history(query)).toEqual(before);
    await stage.put(testMessage({ id: "3", to: null }));
    const after = await stage.keeper.history({ ...query, after: before[1]!.cursor });
    expect(after.map(({ message }) => message.envelope.id)).toEqual(["3"]);
    expect((await stage.keeper.history(query)).length).toEqual(3);
  }),

  rule("ids stay bound, and nobody is connected", {}, async (scene) => {
    const { expect } = scene;
    await scene.stage.connect("bob", "hash");
    await scene.stage.connect("cy");
    await scene.stage.put(testMessage());
    const stage = await restart(scene);
    expect(await stage.claim("bob", "other")).toEqual({ kind: "bad_token" });
    expect(await stage.claim("bob", "hash")).toEqual({ kind: "claimed", replaces: false });
    expect(await stage.claim("cy")).toEqual({ kind: "claimed", replaces: false });
  }),

  rule("limits hold as before, and what is too old expires", limits, async (scene) => {
    const { expect, expectSoon } = scene;
    const acceptedAtMs = scene.epochMs;
    for (const id of ["1", "2"]) await scene.stage.put(testMessage({ id, acceptedAtMs }));
    const stage = await restart(scene);
    const third = await stage.put(testMessage({ id: "3", acceptedAtMs }));
    expect(third).toEqual({ kind: "dropped", reason: "queue_full" });
    scene.epochMs += 60_000;
    stage.keeper.sweep(scene.epochMs);
    const letters = async () => {
      const all = await stage.keeper.deadLetters(9);
      return all.map(({ message, reason }) => [message.envelope.id, reason]);
    };
    await expectSoon(letters, [
      ["2", "expired"],
      ["1", "expired"],
    ]);
    expect((await stage.put(testMessage({ id: "3", acceptedAtMs }))).kind).toEqual("kept");
  }),
];

async function restart({ tested }: Scene): Promise<KeeperStage> {
  if (tested.restart === undefined) throw new Error("This keeper cannot be restarted");
  return new KeeperStage(await tested.restart());
}
