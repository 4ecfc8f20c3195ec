import { expect, test } from "bun:test";
import fc from "fast-check";
import { BridgeWorld, type WorldStep } from "../testing/bridge-world.ts";

const often: readonly (readonly [number, WorldStep[0]])[] = [
  [5, "connect"],
  [8, "send"],
  [3, "broadcast"],
  [1, "sendAgain"],
  [7, "read"],
  [1, "hold"],
  [2, "close"],
  [4, "tick"],
  [4, "commit"],
];

const calm = fc.oneof(...often.map(([weight, kind]) => ({ weight, arbitrary: fc.constant(kind) })));
const rough = fc.oneof(
  { weight: 35, arbitrary: calm },
  { weight: 1, arbitrary: fc.constant("crash" as const) },
);

function stepsOf(kind: fc.Arbitrary<WorldStep[0]>): fc.Arbitrary<WorldStep[]> {
  const step = fc.tuple(kind, fc.nat(2), fc.nat(1023));
  return fc.array(step, { minLength: 10, maxLength: 120, size: "max" });
}

async function live(steps: readonly WorldStep[]): Promise<BridgeWorld> {
  const world = new BridgeWorld();
  for (const step of steps) await world.run(step);
  await world.settleDown();
  return world;
}

test.each([
  ["no crash", calm],
  ["crashes", rough],
] as const)(
  "with lost acks, slow readers and %s, what was acknowledged is delivered, in order, or buried",
  async (_, kind) => {
    await fc.assert(
      fc.asyncProperty(stepsOf(kind), async (steps) => {
        const { model } = await live(steps);
        expect(model.wrong).toEqual([]);
      }),
      { numRuns: 120 },
    );
  },
);

test("the same events have the same effects", async () => {
  await fc.assert(
    fc.asyncProperty(stepsOf(rough), async (steps) => {
      expect((await live(steps)).log).toEqual((await live(steps)).log);
    }),
    { numRuns: 20 },
  );
});
