import { expect, test } from "bun:test";
import { tryTimeoutMs } from "./call-head.ts";

test.each([
  ["2H", 7_200_000],
  ["3M", 180_000],
  ["20S", 20_000],
  ["150m", 150],
  ["1500u", 1.5],
  ["99999999n", 99.999999],
  ["0m", 0],
])("the timeout %p is %p ms", (text, wanted) => {
  expect(tryTimeoutMs(text)).toBeCloseTo(wanted, 9);
});

test.each(["", "5", "m", "-1S", "1.5S", "123456789m", "1s", "1 S", "constructor"])(
  "the timeout %p is none",
  (text) => {
    expect(tryTimeoutMs(text)).toBeUndefined();
  },
);
