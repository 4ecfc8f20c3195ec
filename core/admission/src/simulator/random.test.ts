import { expect, test } from "bun:test";
import fc from "fast-check";
import { AdmissionError } from "../admission-error.ts";
import { exponential, normal, type Random, seededRandom } from "./random.ts";

const draw = (random: Random, count: number) => Array.from({ length: count }, random);

function momentsOf(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / values.length };
}

test("the same seed and stream give the same numbers, another one others", () => {
  const seeds = fc.nat(Number.MAX_SAFE_INTEGER);
  fc.assert(
    fc.property(seeds, seeds, fc.nat(9), fc.nat(9), (seed, otherSeed, stream, otherStream) => {
      const numbers = draw(seededRandom(seed, stream), 5);
      const others = draw(seededRandom(otherSeed, otherStream), 5);
      const isSame = seed === otherSeed && stream === otherStream;
      expect(draw(seededRandom(seed, stream), 5)).toEqual(numbers);
      expect(numbers.some((value) => others.includes(value))).toBe(isSame);
      expect(numbers.every((value) => value >= 0 && value < 1)).toBe(true);
    }),
  );
});

test("streams of one seed have nothing in common", () => {
  const streams = [0, 1, 2, 3].map((stream) => draw(seededRandom(1, stream), 1000));
  expect(new Set(streams.flat()).size).toBe(4000);
});

test("numbers fall evenly into a hundred boxes", () => {
  const boxes = new Array<number>(100).fill(0);
  for (const value of draw(seededRandom(1, 0), 100_000)) boxes[Math.floor(value * 100)]! += 1;
  const chiSquare = boxes.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  // 99 degrees of freedom: 66.5 to 138.9 in 99 of 100 cases.
  expect(chiSquare).toBeGreaterThan(66);
  expect(chiSquare).toBeLessThan(139);
});

test.each([
  ["uniform", (random: Random) => random(), 1 / 2, 1 / 12],
  ["exponential", exponential, 1, 1],
  ["normal", normal, 0, 1],
])(
  "%s numbers have the mean and the variance that they should",
  (_name, sample, mean, variance) => {
    const random = seededRandom(7, 3);
    const moments = momentsOf(Array.from({ length: 200_000 }, () => sample(random)));
    expect(Math.abs(moments.mean - mean)).toBeLessThan(0.01);
    expect(Math.abs(moments.variance - variance)).toBeLessThan(0.02);
  },
);

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("a seed of %d is refused", (seed) => {
  expect(() => seededRandom(seed, 0)).toThrow(AdmissionError);
  expect(() => seededRandom(0, seed)).toThrow(AdmissionError);
});
