import { expect, test } from "bun:test";
import fc from "fast-check";
import { printableLine, printableText } from "./printable.ts";

/** Whatever a terminal might obey, among what it might not. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      "\x1b",
      "[2J",
      "\x07",
      "\x9b",
      "\r",
      "\n",
      "\u202e",
      "\u2028",
      "\ud83d",
      "\x7f",
    ),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
});

test("nothing that a terminal obeys is left, and no line but its own begins at the left", () => {
  const property = fc.property(hostile, (text) => {
    const line = printableLine(text, 50);
    const lines = printableText(text, { maxCharacters: 50, maxLines: 3 });
    expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
    expect(lines.replaceAll("\n    ", "")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    expect(lines.split("\n").length).toBeLessThanOrEqual(4);
    expect(line.isWellFormed() && lines.isWellFormed()).toBe(true);
  });
  fc.assert(property);
});

test.each([
  ["Grüße, 世界 👩‍👩‍👧", "Grüße, 世界 👩‍👩‍👧"],
  ["می‌خواهم", "می‌خواهم"],
  ["a\tb", "a  b"],
])("what is harmless stays: %s", (text, shown) => {
  expect(printableText(text, { maxCharacters: 50, maxLines: 3 })).toBe(shown);
});
