import { expect, test } from "bun:test";
import fc from "fast-check";
import { parsePartBytes, partBytesText } from "./rows.ts";

test.each([
  [[5, 5, 5, 2], "5*3,2"],
  [[7], "7"],
  [[0, 0], "0*2"],
])("the lengths %p are kept as %s", (lengths, text) => {
  expect(partBytesText(lengths)).toBe(text);
});

test("the lengths of parts come back as they were", () => {
  const lengths = fc.array(fc.oneof(fc.constant(5_242_880), fc.nat(2 ** 31)), { minLength: 1 });
  fc.assert(
    fc.property(lengths, (some) => {
      expect(parsePartBytes(partBytesText(some))).toEqual(some);
    }),
  );
});
