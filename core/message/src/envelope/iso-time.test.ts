import { expect, test } from "bun:test";
import fc from "fast-check";
import { isIsoTime } from "./iso-time.ts";

test.each([
  ["2026-01-31T12:00:00Z", true],
  ["2026-01-31T12:00:00.123456789Z", true],
  ["2024-02-29T23:59:59+23:59", true],
  ["2000-02-29T00:00:00Z", true],
  ["2026-02-29T00:00:00Z", false],
  ["1900-02-29T00:00:00Z", false],
  ["2026-04-31T00:00:00Z", false],
  ["2026-13-01T00:00:00Z", false],
  ["2026-00-01T00:00:00Z", false],
  ["2026-01-00T00:00:00Z", false],
  ["2026-01-01T24:00:00Z", false],
  ["2026-01-01T00:60:00Z", false],
  ["2026-01-01T00:00:60Z", false],
  ["2026-01-01T00:00:00+24:00", false],
  ["2026-01-01T00:00:00", false],
  ["2026-01-01", false],
  ["Sat Jan 31 2026", false],
  ["", false],
  [`2026-01-31T12:00:00.${"0".repeat(40)}Z`, false],
  [1_769_860_800_000, false],
  [null, false],
])("whether a client's timestamp is a time: %p, %p", (value, expected) => {
  expect(isIsoTime(value)).toBe(expected);
});

test("property: what Date writes is a time", () => {
  const dates = fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true });
  fc.assert(fc.property(dates, (date) => isIsoTime(date.toISOString())));
});
