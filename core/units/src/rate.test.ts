import { expect, test } from "bun:test";
import { parseRate } from "./rate.ts";

test.each([
  ["5000/s", 5000, 1000],
  ["300/1m", 300, 60_000],
  ["10/100ms", 10, 100],
  ["0.5/m", 0.5, 60_000],
  ["5000", 5000, 1000],
  [" 7 / s ", 7, 1000],
  [20, 20, 1000],
])("%j is %d per %d ms", (input, rate, timeUnitMs) => {
  expect(parseRate(input)).toEqual({ rate, timeUnitMs });
});

test.each(["", "0", "0/s", "-1/s", "5/", "5/0s", "/s", "5/x", "5/s/s", "1e3", Number.NaN, 0])(
  "%j is refused with what would do",
  (input) => {
    expect(() => parseRate(input)).toThrow(
      expect.objectContaining({ code: "bad_rate", message: expect.stringContaining('"300/1m"') }),
    );
  },
);
