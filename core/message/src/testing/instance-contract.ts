import { type KeeperRule, rule, type Scene } from "./keeper-rule.ts";
import { KeeperStage } from "./keeper-stage.ts";
import { testMessage } from "./test-message.ts";

/** Several instances are one bridge. */
export const instanceRules: readonly KeeperRule[] = [
  rule("a message comes to whichever instance its recipient is at", {}, async (scene) => {
    const { expect } = scene;
    const here = scene.stage;
    const there = await another(scene);
    await here.connect("ada");
    await here.put(testMessage({ id: "1" }));
    await there.connect("bob");
    for (const id of ["2", "3"]) await here.put(testMessage({ id }));
    expect(await there.idsOf("bob", 3)).toEqual(["1", "2", "3"]);
    there.keeper.settle(
      "bob",
      there.arrivals.map(({ message }) => message),
    );
    await here.until(() => here.settled.length === 3);
    expect(here.settled.map(({ envelope }) => envelope.id)).toEqual(["1", "2", "3"]);
    expect(here.arrivals).toEqual([]);
  }),

  rule("a sender hears what was buried elsewhere", {}, async (scene) => {
    const { expect } = scene;
    const here = scene.stage;
    const there = await another(scene);
    await here.connect("ada");
    await there.connect("bob");
    await here.put(testMessage());
    const [arrival] = await there.arrivalsOf("bob", 1);
    there.keeper.bury("bob", arrival!.message, "unacknowledged");
    await here.until(() => here.buried.length > 0);
    expect(here.buried[0]).toMatchObject({ reason: "unacknowledged" });
  }),

  rule("a broadcast is told at each, and counts all who are connected", {}, async (scene) => {
    const { expect } = scene;
    const here = scene.stage;
    const there = await another(scene);
    await here.connect("ada");
    await there.connect("bob");
    await there.connect("cy");
    const outcome = await here.put(testMessage({ to: null }));
    expect(outcome).toEqual({ kind: "published", recipients: 2 });
    await here.until(() => here.broadcasts.length === 1);
    await there.until(() => there.broadcasts.length === 1);
    expect(there.broadcasts).toEqual(here.broadcasts);
    const after = await there.keeper.history({ limit: 10, viewer: "nobody" });
    expect(after).toEqual(here.broadcasts);
  }),

  rule("an id is the same client's at each, and is replaced across", {}, async (scene) => {
    const { expect, expectSoon } = scene;
    const here = scene.stage;
    const there = await another(scene);
    await here.connect("bob", "hash");
    await here.connect("cy");
    expect(await there.claim("bob", "other")).toEqual({ kind: "bad_token" });
    expect(await there.claim("cy")).toEqual({ kind: "taken" });
    expect(await there.claim("bob", "hash")).toEqual({ kind: "claimed", replaces: true });
    await here.until(() => here.replaced.length > 0);
    expect(here.replaced).toEqual(["bob"]);
    there.keeper.open("bob");
    here.keeper.release("bob");
    await here.put(testMessage());
    expect(await there.idsOf("bob", 1)).toEqual(["1"]);
    const ids = async () => (await here.keeper.agents()).map(({ id }) => id).sort();
    await expectSoon(ids, ["bob", "cy"]);
  }),

  rule("what was told at one comes again at another", {}, async (scene) => {
    const { expect } = scene;
    const here = scene.stage;
    const there = await another(scene);
    await here.connect("bob", "hash");
    await here.put(testMessage());
    await here.arrivalsOf("bob", 1);
    here.keeper.release("bob");
    await there.connect("bob", "hash");
    const [arrival] = await there.arrivalsOf("bob", 1);
    expect(arrival?.again).toEqual(true);
  }),

  rule("a message sent again to another instance is a duplicate", {}, async (scene) => {
    const { expect } = scene;
    const there = await another(scene);
    await scene.stage.put(testMessage());
    expect(await there.put(testMessage())).toEqual({ kind: "duplicate", waits: true });
  }),
];

async function another({ tested }: Scene): Promise<KeeperStage> {
  if (tested.another === undefined) throw new Error("This keeper has no other instances");
  return new KeeperStage(await tested.another());
}
