import { type KeeperRule, rule } from "./keeper-rule.ts";
import { testMessage } from "./test-message.ts";

const claimed = { kind: "claimed", replaces: false };
const ttls = { claimTtlMs: 1000, queueTtlMs: 5000 };
const aMonth = { maxClaims: 1, claimTtlMs: 2_592_000_000 };

/** Whose an id is, and who is there. */
export const claimRules: readonly KeeperRule[] = [
  rule("an id without a token is whose connection has it", {}, async ({ stage, expect }) => {
    expect(await stage.claim("bob")).toEqual(claimed);
    expect(await stage.claim("bob")).toEqual({ kind: "taken" });
    expect(await stage.claim("bob", "hash")).toEqual({ kind: "taken" });
    expect(await stage.verify("bob", "hash")).toEqual("unbound");
    stage.keeper.release("bob");
    expect(await stage.claim("bob", "hash")).toEqual(claimed);
  }),

  rule("an id with a token is whoever has the token", {}, async ({ stage, expect }) => {
    expect(await stage.claim("bob", "hash")).toEqual(claimed);
    stage.keeper.release("bob");
    expect(await stage.claim("bob", "other")).toEqual({ kind: "bad_token" });
    expect(await stage.claim("bob")).toEqual({ kind: "bad_token" });
    expect(await stage.claim("bob", "hash")).toEqual(claimed);
    expect(await stage.verify("bob", "hash")).toEqual("its");
    expect(await stage.verify("bob", "other")).toEqual("anothers");
    expect(await stage.verify("bob", undefined)).toEqual("anothers");
    expect(await stage.verify("cy", undefined)).toEqual("unbound");
  }),

  rule("who connects anew replaces the connection it had", {}, async ({ stage, expect }) => {
    await stage.connect("bob", "hash");
    await stage.put(testMessage({ id: "1" }));
    await stage.arrivalsOf("bob", 1);
    const replacing = stage.claim("bob", "hash").then((outcome) => [outcome, stage.replaced]);
    expect(await replacing).toEqual([{ kind: "claimed", replaces: true }, ["bob"]]);
    await stage.put(testMessage({ id: "2" }));
    expect(await stage.idsOf("bob", 1)).toEqual(["1"]);
    stage.keeper.open("bob");
    expect(await stage.idsOf("bob", 3)).toEqual(["1", "1", "2"]);
    expect(stage.arrivals[1]?.again).toEqual(true);
  }),

  rule("only so many ids are bound", { maxClaims: 1, claimTtlMs: 1000 }, async (scene) => {
    const { stage, expect } = scene;
    expect(await stage.claim("bob", "hash")).toEqual(claimed);
    expect(await stage.claim("cy", "hash")).toEqual({ kind: "full" });
    expect(await stage.claim("cy")).toEqual(claimed);
    scene.epochMs += 5000;
    stage.keeper.sweep(scene.epochMs);
    expect(await stage.claim("dan", "hash")).toEqual({ kind: "full" });
    stage.keeper.release("bob");
    scene.epochMs += 999;
    stage.keeper.sweep(scene.epochMs);
    expect(await stage.claim("bob", "other")).toEqual({ kind: "bad_token" });
    scene.epochMs += 1;
    stage.keeper.sweep(scene.epochMs);
    expect(await stage.claim("dan", "hash")).toEqual(claimed);
    expect(await stage.verify("bob", "hash")).toEqual("unbound");
  }),

  rule("for one id more the one that was absent longest goes", aMonth, async (scene) => {
    const { stage, expect } = scene;
    await stage.claim("bob", "hash");
    stage.keeper.release("bob");
    scene.epochMs += 3_599_000;
    expect(await stage.claim("cy", "hash")).toEqual({ kind: "full" });
    expect(await stage.verify("bob", "hash")).toEqual("its");
    scene.epochMs += 1000;
    expect(await stage.claim("cy", "hash")).toEqual(claimed);
    expect(await stage.verify("bob", "hash")).toEqual("unbound");
  }),

  rule("an id that messages wait for stays bound", ttls, async (scene) => {
    const { stage, expect } = scene;
    await stage.claim("bob", "hash");
    await stage.put(testMessage({ acceptedAtMs: scene.epochMs }));
    stage.keeper.release("bob");
    for (let second = 0; second < 4; second += 1) {
      scene.epochMs += 1000;
      stage.keeper.sweep(scene.epochMs);
      expect(await stage.verify("bob", "hash")).toEqual("its");
    }
    for (let second = 0; second < 3; second += 1) {
      scene.epochMs += 1000;
      stage.keeper.sweep(scene.epochMs);
    }
    expect(await stage.verify("bob", "hash")).toEqual("unbound");
  }),

  rule("who is connected is listed, with when it was heard of", {}, async (scene) => {
    const { stage, expectSoon } = scene;
    const { keeper } = stage;
    await stage.connect("bob");
    await stage.connect("cy", "hash");
    await stage.put(testMessage({ to: "offline" }));
    scene.epochMs += 3000;
    keeper.touch(["bob"]);
    const ids = async () => (await keeper.agents()).map(({ id }) => id).sort();
    await expectSoon(ids, ["bob", "cy"]);
    const bob = async () => (await keeper.agents()).find(({ id }) => id === "bob")?.lastSeen;
    await expectSoon(bob, "2026-01-31T12:00:03.000Z");
    keeper.release("bob");
    keeper.release("bob");
    keeper.release("nobody");
    await expectSoon(ids, ["cy"]);
  }),

  rule("nothing is told to a mailbox that nobody claimed", {}, async ({ stage, expect }) => {
    stage.keeper.open("bob");
    await stage.put(testMessage({ id: "1" }));
    await stage.connect("cy");
    await stage.put(testMessage({ id: "2", to: "cy" }));
    await stage.arrivalsOf("cy", 1);
    expect(stage.arrivals.map(({ clientId }) => clientId)).toEqual(["cy"]);
  }),
];
