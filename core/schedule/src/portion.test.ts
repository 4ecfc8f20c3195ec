import { expect, test } from "bun:test";
import fc from "fast-check";
import { portionOf, type Segment } from "./portion.ts";

const first = (portion: ReturnType<typeof portionOf>, total: number): number[] =>
  Array.from({ length: portion.count(total) }, (_, n) => portion.at(n));

test.each<[string, Segment, string, string]>([
  ["all of it", { weights: [1], index: 0 }, "0 1 2 3 4 5 6 7 8 9", "0 2 4 6 8"],
  ["the second of four quarters", { weights: [1, 1, 1, 1], index: 1 }, "1 5 9", "1 9"],
  ["a third of which the rest is one piece", { weights: [1, 2], index: 0 }, "1 4 7", "1 7"],
  ["that rest", { weights: [1, 2], index: 1 }, "0 2 3 5 6 8 9", "0 3 6 9"],
  ["a fifth beside three fifths", { weights: [3, 1, 1], index: 2 }, "3 8", "3"],
])("%s of ten, and the first of two workers' part", (_name, segment, alone, half) => {
  const whole = portionOf({ segment, worker: 0, workers: 1 });
  const part = portionOf({ segment, worker: 0, workers: 2 });
  expect([first(whole, 10).join(" "), first(part, 10).join(" ")]).toEqual([alone, half]);
});

const cut = fc.record({
  weights: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
  workers: fc.integer({ min: 1, max: 5 }),
  total: fc.nat(300),
});

function portions({ weights, workers }: { weights: readonly number[]; workers: number }) {
  return weights.flatMap((_, index) =>
    Array.from({ length: workers }, (_, worker) =>
      portionOf({ segment: { weights, index }, worker, workers }),
    ),
  );
}

test("however it is cut, everything is dealt out once", () => {
  fc.assert(
    fc.property(cut, (made) => {
      const dealt = portions(made).flatMap((portion) => first(portion, made.total));
      const all = Array.from({ length: made.total }, (_, i) => i);
      expect(dealt.sort((a, b) => a - b)).toEqual(all);
    }),
  );
});

test("iterations that are shared by few VUs are dealt out once, to those that have a VU", () => {
  fc.assert(
    fc.property(cut, fc.integer({ min: 1, max: 20 }), (made, vus) => {
      const all = portions(made);
      const dealt = all.flatMap((portion) => first(portion.amongVus(vus), made.total));
      expect(dealt.sort((a, b) => a - b)).toEqual(Array.from({ length: made.total }, (_, i) => i));
      const idle = all.filter((portion) => portion.count(vus) === 0);
      expect(idle.map((portion) => portion.amongVus(vus).count(made.total))).toEqual(
        idle.map(() => 0),
      );
    }),
  );
});
