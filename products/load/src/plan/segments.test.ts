import { expect, test } from "bun:test";
import fc from "fast-check";
import { showPoints, showRange, toSegment, tryPoints, tryRange } from "./segments.ts";

test.each([
  ["0:1/4", "0:1/4"],
  ["1/4", "0:1/4"],
  ["25%", "0:1/4"],
  ["0.25:50%", "1/4:1/2"],
  ["2/8:6/8", "1/4:3/4"],
  ["0:1", "0:1"],
  ["", "0:1"],
])("the segment %j is %s", (given, want) => {
  expect(showRange(tryRange(given)!)).toBe(want);
});

test.each(["1/2:1/4", "1/4:1/4", "0:2", "-1:1", "x", "1/0", "0:1:1", "1:", "1.1"])(
  "%j is no segment",
  (given) => {
    expect(tryRange(given)).toBeUndefined();
  },
);

test.each([
  ["0,1/4,1/2,1", "0,1/4,1/2,1"],
  ["0,50%,1", "0,1/2,1"],
])("the sequence %s is %s", (given, want) => {
  expect(showPoints(tryPoints(given)!)).toBe(want);
});

test.each(["0", "", "1,0", "0,1/2,1/2", "0,2", "0,x,1"])("%j is no sequence", (given) => {
  expect(tryPoints(given)).toBeUndefined();
});

test.each([
  ["a quarter of which nothing else is known", "0:1/4", undefined, [1, 3], 0],
  ["a middle part", "1/4:1/2", undefined, [1, 1, 2], 1],
  ["one of four", "1/2:3/4", "0,1/4,1/2,3/4,1", [1, 1, 1, 1], 2],
  ["one of a sequence that says only some", "1/3:2/3", "1/3,2/3", [1, 1, 1], 1],
  ["the rest", "1/3:1", "0,1/3,1", [1, 2], 1],
  ["all", "0:1", undefined, [1], 0],
])("%s", (_name, own, sequence, weights, index) => {
  const points = sequence === undefined ? undefined : tryPoints(sequence);
  expect(toSegment(tryRange(own), points)).toEqual({ weights, index });
});

test.each([
  ["1/4:1/2", "0,1/2,1", "1/4:1/2 is no part of the sequence 0,1/2,1: give one of its parts"],
  ["0:1", "0,1/2,1", "0:1 is no part of the sequence 0,1/2,1: give one of its parts"],
  ["0:0.1234567", undefined, /^cuts the test into 10000000 pieces: give simpler fractions$/],
])("%s of %s is refused", (own, sequence, want) => {
  const points = sequence === undefined ? undefined : tryPoints(sequence);
  expect(() => toSegment(tryRange(own), points)).toThrow(want);
});

test("the parts of a sequence all have the same weights", () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 23 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(cuts, (given) => {
      const places = [0, ...given.sort((a, b) => a - b), 24].map((place) => `${place}/24`);
      const points = tryPoints(places.join(","))!;
      const segments = places.slice(1).map((to, place) => {
        return toSegment(tryRange(`${places[place]}:${to}`), points);
      });
      expect(new Set(segments.map(({ weights }) => weights.join())).size).toBe(1);
      expect(segments.map(({ index }) => index)).toEqual(segments.map((_, place) => place));
    }),
  );
});
