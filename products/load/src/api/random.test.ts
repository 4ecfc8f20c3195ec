import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import fc from "fast-check";
import { testUser } from "../vu/testing/test-user.ts";
import { randomOf, randomSeed, seededRandom } from "./random.ts";

const draw = (random: () => number, count: number) => Array.from({ length: count }, random);

test("a seed gives the same numbers every time, another one others", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (seed, other) => {
      fc.pre(seed !== other);
      expect(draw(seededRandom(seed), 5)).toEqual(draw(seededRandom(seed), 5));
      expect(draw(seededRandom(seed), 5)).not.toEqual(draw(seededRandom(other), 5));
    }),
  );
});

test.each([0, 1, -1, 42, 2 ** 40])("seed %p: numbers from 0 to 1, spread evenly", (seed) => {
  const drawn = draw(seededRandom(seed), 10_000);
  expect(drawn.every((one) => one >= 0 && one < 1)).toBe(true);
  const tenths = Array.from({ length: 10 }, (_one, tenth) => {
    return drawn.filter((one) => Math.floor(one * 10) === tenth).length;
  });
  expect(Math.min(...tenths)).toBeGreaterThan(850);
  expect(Math.max(...tenths)).toBeLessThan(1150);
  expect(new Set(drawn).size).toBe(drawn.length);
});

test.each([
  [1.9, 1],
  ["7", 7],
  [undefined, 0],
  [Number.NaN, 0],
])("a seed of %p counts as %p", (seed, as) => {
  using vu = testUser({ clock: new FakeClock() });
  randomSeed(vu.user, seed);
  expect(draw(randomOf(vu.user), 3)).toEqual(draw(seededRandom(as), 3));
});

test("a VU's seed is no other VU's", () => {
  using one = testUser({ clock: new FakeClock() });
  using other = testUser({ clock: new FakeClock() });
  const seededDraw = (): number[] => {
    randomSeed(one.user, 5);
    return draw(randomOf(one.user), 3);
  };
  const first = seededDraw();
  randomOf(other.user)();
  expect(seededDraw()).toEqual(first);
  expect(draw(randomOf(other.user), 3)).not.toEqual(first);
});
