import { expect, test } from "bun:test";
import fc from "fast-check";
import { share } from "./share.ts";

test.each([
  [10, 1, "10"],
  [10, 4, "3 3 2 2"],
  [2, 3, "1 1 0"],
  [0, 3, "0 0 0"],
])("%d over %d workers: %s", (total, workers, want) => {
  const shares = Array.from({ length: workers }, (_, worker) => share(total, worker, workers));
  expect(shares.join(" ")).toBe(want);
});

test("every worker gets exactly the ones it owns, and nobody loses one", () => {
  fc.assert(
    fc.property(fc.nat(500), fc.integer({ min: 1, max: 40 }), (total, workers) => {
      const owned = new Array<number>(workers).fill(0);
      for (let i = 0; i < total; i += 1) owned[i % workers]! += 1;
      expect(owned.map((_, worker) => share(total, worker, workers))).toEqual(owned);
    }),
  );
});
