import { expect, test } from "bun:test";
import { medianOf, medianRatio, takeTurns } from "./turns.ts";

test("contestants take turns, in the other order every second round", async () => {
  const order: string[] = [];
  const contestant = (name: string) => () => Promise.resolve(order.push(name));
  expect(await takeTurns(["a", "b", "c"].map(contestant), 3)).toEqual([
    [1, 6, 7],
    [2, 5, 8],
    [3, 4, 9],
  ]);
  expect(order.join("")).toBe("abccbaabc");
});

const figure = (turn: number): number => turn;

test.each([
  [[2, 40, 6], [1, 10, 2], 3],
  [[2, 4], [1], 2],
  [[], [], Number.NaN],
])("the ratio of %j to %j is the rounds' median, %d", (ours, theirs, want) => {
  expect(medianRatio(ours, theirs, figure)).toBe(want);
});

test("the median of no turns is not a number", () => {
  expect([medianOf([3, 1, 2], figure), medianOf([], figure)]).toEqual([2, Number.NaN]);
});
