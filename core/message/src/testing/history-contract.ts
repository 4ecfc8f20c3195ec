import type { HistoryQuery } from "../keeper/keeper.ts";
import { type KeeperRule, rule } from "./keeper-rule.ts";
import type { KeeperStage } from "./keeper-stage.ts";
import { testMessage } from "./test-message.ts";

const queries: readonly (readonly [Partial<HistoryQuery>, readonly string[]])[] = [
  [{}, ["1", "2", "3", "4"]],
  [{ limit: 2 }, ["3", "4"]],
  [{ limit: Number.MAX_SAFE_INTEGER }, ["1", "2", "3", "4"]],
  [{ viewer: "nobody" }, ["2", "4"]],
  [{ viewer: { id: "ada" } }, ["1", "2", "4"]],
  [{ viewer: { id: "bob" } }, ["1", "2", "3", "4"]],
  [{ viewer: { id: "dan" }, limit: 1 }, ["4"]],
  [{ agentId: "cy" }, ["3", "4"]],
  [{ agentId: "bob" }, ["1", "2", "3"]],
  [{ agentId: "cy", viewer: "nobody" }, ["4"]],
  [{ taskId: "t" }, ["2", "3"]],
  [{ intent: "task.assign" }, ["3"]],
  [{ taskId: "t", intent: "task.assign", agentId: "ada" }, []],
  [{ after: "no such place" }, ["1", "2", "3", "4"]],
];

/** What was said, for those who may see it. */
export const historyRules: readonly KeeperRule[] = [
  ...queries.map(([query, ids]) =>
    rule(`the history asked for ${JSON.stringify(query)}`, {}, async ({ stage, expect }) => {
      await stage.put(testMessage({ id: "1" }));
      await stage.put(testMessage({ id: "2", from: "bob", to: null, taskId: "t" }));
      const intent = "task.assign";
      await stage.put(testMessage({ id: "3", from: "cy", to: "bob", taskId: "t", intent }));
      await stage.put(testMessage({ id: "4", from: "cy", to: null }));
      expect(await ask(stage, query)).toEqual(ids);
    }),
  ),

  rule("only what came after a place is given", {}, async ({ stage, expect }) => {
    for (const id of ["1", "2", "3"]) await stage.put(testMessage({ id, to: null }));
    const entries = await stage.keeper.history({ limit: 10, viewer: "all" });
    const cursors = entries.map(({ cursor }) => cursor);
    await stage.until(() => stage.broadcasts.length === 3);
    expect(stage.broadcasts.map(({ cursor }) => cursor)).toEqual(cursors);
    expect(await ask(stage, { after: cursors[0]! })).toEqual(["2", "3"]);
    expect(await ask(stage, { after: cursors[0]!, limit: 1 })).toEqual(["3"]);
    expect(await ask(stage, { after: cursors[2]! })).toEqual([]);
  }),

  rule("the history has the newest so many", { maxHistory: 3 }, async ({ stage, expectSoon }) => {
    for (let id = 1; id <= 7; id += 1) await stage.put(testMessage({ id: String(id), to: null }));
    const [oldest] = stage.broadcasts;
    await expectSoon(() => ask(stage, {}), ["5", "6", "7"]);
    await expectSoon(() => ask(stage, { after: oldest!.cursor }), ["5", "6", "7"]);
  }),

  rule("and of so many bytes", { maxHistoryBytes: 1100 }, async ({ stage, expectSoon }) => {
    for (const id of ["1", "2", "3"]) await stage.put(testMessage({ id, bytes: 500 }));
    await expectSoon(() => ask(stage, {}), ["2", "3"]);
    await stage.put(testMessage({ id: "4", bytes: 5000 }));
    await expectSoon(() => ask(stage, {}), []);
    await stage.put(testMessage({ id: "5", bytes: 500 }));
    await expectSoon(() => ask(stage, {}), ["5"]);
  }),

  rule("neither what is dropped nor a duplicate is in it", { maxQueue: 1 }, async (scene) => {
    const { expect } = scene;
    for (const id of ["1", "1", "2"]) await scene.stage.put(testMessage({ id }));
    expect(await ask(scene.stage, {})).toEqual(["1"]);
  }),

  rule(
    "a broadcast goes to all who are connected, but its sender",
    {},
    async ({ stage, expect }) => {
      const broadcast = testMessage({ id: "1", to: null });
      expect(await stage.put(broadcast)).toEqual({ kind: "published", recipients: 0 });
      for (const id of ["ada", "bob", "cy"]) await stage.connect(id);
      const second = { kind: "published", recipients: 2 };
      expect(await stage.put(testMessage({ id: "2", to: null }))).toEqual(second);
      stage.keeper.release("cy");
      const third = { kind: "published", recipients: 2 };
      expect(await stage.put(testMessage({ id: "3", from: "api", to: null }))).toEqual(third);
      await stage.until(() => stage.broadcasts.length === 3);
      expect(stage.broadcasts[0]?.message).toEqual(broadcast);
      expect(stage.arrivals).toEqual([]);
    },
  ),
];

async function ask(stage: KeeperStage, query: Partial<HistoryQuery>): Promise<readonly string[]> {
  const entries = await stage.keeper.history({ limit: 100, viewer: "all", ...query });
  return entries.map(({ message }) => message.envelope.id);
}
