import { expect, test } from "bun:test";
import { parseByteRange } from "./byte-range.ts";

test.each([
  ["bytes=0-0", 0, 1],
  ["bytes=0-", 0, 1000],
  ["bytes=999-", 999, 1000],
  ["bytes=10-19", 10, 20],
  ["Bytes= 10-19 ", 10, 20],
  ["bytes=10-5000", 10, 1000],
  [`bytes=10-${"9".repeat(400)}`, 10, 1000],
  ["bytes=-1", 999, 1000],
  ["bytes=-5000", 0, 1000],
])("of 1000 bytes %s are those from %d to %d", (field, from, to) => {
  expect(parseByteRange(field, 1000)).toEqual({ kind: "part", from, to });
});

test.each(["bytes=1000-", "bytes=1000-2000", "bytes=-0", `bytes=${"9".repeat(400)}-`])(
  "1000 bytes cannot satisfy %s",
  (field) => {
    expect(parseByteRange(field, 1000)).toEqual({ kind: "unsatisfiable" });
  },
);

test.each([
  undefined,
  "",
  "bytes=-",
  "bytes=a-b",
  "bytes=5-4",
  "bytes=0-1,5-6",
  "lines=0-1",
  "bytes",
  "bytes=--5",
])("%s gets the whole", (field) => {
  expect(parseByteRange(field, 1000)).toEqual({ kind: "whole" });
});

test("there is no part of nothing", () => {
  expect(parseByteRange("bytes=0-", 0)).toEqual({ kind: "whole" });
});
