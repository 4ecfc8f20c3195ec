import { expect, test } from "bun:test";
import { formatBytes, parseBytes } from "./bytes.ts";

test.each([
  ["0", 0],
  ["11111", 11_111],
  ["11111b", 11_111],
  ["1K", 1024],
  ["1k", 1024],
  ["1KiB", 1024],
  ["1Ki", 1024],
  ["1KB", 1000],
  ["10K", 10_240],
  ["1M", 1_048_576],
  ["10000G", 10_000 * 2 ** 30],
  ["2T", 2 * 2 ** 40],
  ["1.5K", 1536],
  [42, 42],
])("%j is %d bytes", (input, bytes) => {
  expect(parseBytes(input)).toBe(bytes);
});

test.each([
  "",
  "K",
  "-1",
  "1.2",
  "0.3K",
  "1X",
  "1 K",
  "1e3",
  "0x10",
  "99999P",
  -5,
  1.5,
  Number.NaN,
])("%j is refused with what would do", (input) => {
  expect(() => parseBytes(input)).toThrow(
    expect.objectContaining({ code: "bad_bytes", message: expect.stringContaining('"10K"') }),
  );
});

test.each([
  [0, "0 B"],
  [9, "9 B"],
  [10, "10 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [1234, "1.2 kB"],
  [12_345, "12 kB"],
  [1_234_567, "1.2 MB"],
  [9949, "9.9 kB"],
  [9951, "10 kB"],
  [123_456, "123 kB"],
  [999_999, "1000 kB"],
  [5.5e9, "5.5 GB"],
  [3e30, "3000000 YB"],
  [-1234, "-1.2 kB"],
])("%d bytes are written %s", (bytes, want) => {
  expect(formatBytes(bytes)).toBe(want);
});
