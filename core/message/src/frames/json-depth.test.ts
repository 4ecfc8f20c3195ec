import { expect, test } from "bun:test";
import fc from "fast-check";
import { isDeeperThan } from "./json-depth.ts";

test.each([
  ["[]", 1],
  ["[[],[],[]]", 2],
  ['{"a":{"b":[1]}}', 3],
  ['["[[[["]', 1],
  ['["\\"[[[[","\\\\",[]]', 2],
  ['{"[{\\\\\\"[":"]"}', 1],
])("%s is %i deep", (text, depth) => {
  expect(isDeeperThan(text, depth)).toBeFalse();
  expect(isDeeperThan(text, depth - 1)).toBeTrue();
});

test("a text of a million brackets is looked at without recursion", () => {
  expect(isDeeperThan("[".repeat(1_000_000), 32)).toBeTrue();
  expect(isDeeperThan("[".repeat(1_000_000), 999_999)).toBeTrue();
  expect(isDeeperThan("[".repeat(1_000_000), 1_000_000)).toBeFalse();
});

test("property: the limit is exact for all JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.boolean(), (value, isSpaced) => {
      const text = JSON.stringify(value, null, isSpaced ? 2 : 0);
      const depth = depthOf(value);
      expect(isDeeperThan(text, depth)).toBeFalse();
      expect(isDeeperThan(text, depth - 1)).toBe(depth > 0);
    }),
  );
});

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
