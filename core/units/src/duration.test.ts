import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatDuration, parseDuration } from "./duration.ts";

test.each([
  ["1m30s", 90_000],
  ["500ms", 500],
  ["1.5h", 5_400_000],
  ["2d", 172_800_000],
  ["1d12h", 129_600_000],
  ["1h2m3s4ms5us6ns", 3_723_004.005006],
  ["3µs", 0.003], // micro sign
  ["3μs", 0.003], // Greek mu
  [".5s", 500],
  ["1.s", 1000],
  ["2.3s", 2300],
  ["0", 0],
  ["1000", 1000],
  ["1.5", 1.5],
  ["0s", 0],
  [" 10s ", 10_000],
  [250, 250],
  [0, 0],
])("%j is %d ms", (input, ms) => {
  expect(parseDuration(input)).toBe(ms);
});

test.each([
  ["", '""'],
  ["s", '"s"'],
  ["1x", '"1x"'],
  ["1m 30s", '"1m 30s"'],
  ["-1s", '"-1s"'],
  ["1,5s", '"1,5s"'],
  [".s", '".s"'],
  ["1e3s", '"1e3s"'],
  ["300000d", '"300000d"'],
  [-1, "-1"],
  [Number.NaN, "NaN"],
  [1e300, "1e+300"],
])("%p is refused with what would do", (input, shown) => {
  expect(() => parseDuration(input)).toThrow(
    `Cannot read ${shown} as a duration: write a number and a unit, like "1m30s", "500ms" or "1d12h"`,
  );
  expect(() => parseDuration(input)).toThrow(expect.objectContaining({ code: "bad_duration" }));
});

// Each row but the one marked was printed by k6 1.8.1 for the same value.
test.each([
  [0, "0s", "0.00s", "0.00µs"],
  [0.0000005, "0ns", "0.00s", "0.00µs"],
  [0.0005, "500ns", "0.00s", "0.50µs"],
  [0.001, "1µs", "0.00s", "1.00µs"],
  [0.0456789, "45.67µs", "0.00s", "45.68µs"],
  [0.999999, "999.99µs", "0.00s", "1000.00µs"],
  [1, "1ms", "0.00s", "1000.00µs"],
  [1.15, "1.15ms", "0.00s", "1150.00µs"], // k6 writes 1.14ms here
  [1.23456, "1.23ms", "0.00s", "1234.56µs"],
  [123.456, "123.45ms", "0.12s", "123456.00µs"],
  [999.999, "999.99ms", "1.00s", "999999.00µs"],
  [2500, "2.5s", "2.50s", "2500000.00µs"],
  [59_999.99, "59.99s", "60.00s", "59999990.00µs"],
  [60_000, "1m0s", "60.00s", "60000000.00µs"],
  [90_999, "1m30s", "91.00s", "90999000.00µs"],
  [3_661_000, "1h1m1s", "3661.00s", "3661000000.00µs"],
  [90_061_000, "25h1m1s", "90061.00s", "90061000000.00µs"],
])("%d ms is written %s", (ms, own, inSeconds, inMicroseconds) => {
  expect(formatDuration(ms)).toBe(own);
  expect(formatDuration(ms, "s")).toBe(inSeconds);
  expect(formatDuration(ms, "us")).toBe(inMicroseconds);
});

test("a fixed unit of ms keeps two decimals, and a negative duration its sign", () => {
  expect(formatDuration(90_000.006, "ms")).toBe("90000.01ms");
  expect(formatDuration(-1500)).toBe("-1.5s");
});

test("what is written reads back as the same, less at most the cut decimals", () => {
  const ms = fc.double({ min: 0.001, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(ms, (wanted) => {
      const back = parseDuration(formatDuration(wanted));
      expect(back).toBeLessThanOrEqual(wanted * (1 + 1e-9));
      expect(back).toBeGreaterThan(wanted - Math.max(wanted * 0.02, 1e-5) - 1e-6);
    }),
  );
});
