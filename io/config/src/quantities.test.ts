import { expect, test } from "bun:test";
import fc from "fast-check";
import { duration, quantityName, showQuantity, size } from "./quantities.ts";

test.each([
  ["time", 0, "0"],
  ["time", 90_000, "90s"],
  ["time", 3_600_000, "1h"],
  ["time", 1.5, "1.5"],
  ["size", 10_240, "10K"],
  ["size", 1000, "1000"],
  ["number", 60_000, "60000"],
])("as a %s, %d is written %s", (name, value, text) => {
  expect(showQuantity(name, value)).toBe(text);
});

test.each([
  ["time", duration()],
  ["size", size()],
  [
    "time",
    duration()
      .refine((ms) => ms >= 0, "must not be negative")
      .describe("a rule more"),
  ],
])("any %s reads back as it was written", (name, schema) => {
  expect(quantityName(schema)).toBe(name);
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 27 }), fc.constantFrom(1, 1000, 1024, 60_000), (count, by) => {
      expect(schema.parse(showQuantity(name, count * by))).toBe(count * by);
    }),
  );
});
