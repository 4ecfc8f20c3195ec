import { expect, test } from "bun:test";
import fc from "fast-check";
import { toIsoTime } from "./to-iso-time.ts";

test("a time is written as Date writes it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (epochMs) => {
      expect(toIsoTime(epochMs)).toBe(new Date(epochMs).toISOString());
    }),
    {
      examples: [
        [0],
        [951_782_400_000],
        [951_868_799_999],
        [1_709_164_800_000],
        [4_107_542_400_000],
      ],
    },
  );
});
