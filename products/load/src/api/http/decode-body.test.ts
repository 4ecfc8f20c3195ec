import { describe, expect, test } from "bun:test";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { decodeBody } from "./decode-body.ts";

const codings: [string, (bytes: Uint8Array) => Uint8Array][] = [
  ["gzip", (bytes) => gzipSync(bytes)],
  ["x-gzip", (bytes) => gzipSync(bytes)],
  ["deflate", (bytes) => deflateSync(bytes)],
  ["br", (bytes) => brotliCompressSync(bytes)],
  ["zstd", (bytes) => zstdCompressSync(bytes)],
];

describe.each(codings)("%s", (coding, encode) => {
  test("what was encoded comes back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        expect(new Uint8Array(decodeBody(encode(bytes), coding))).toEqual(bytes);
      }),
      { numRuns: 30 },
    );
  });

  test("cut off anywhere it is refused", () => {
    const whole = encode(Buffer.from("some text, and some more text".repeat(20)));
    for (let length = 1; length < whole.length; length += 1) {
      expect(() => decodeBody(whole.subarray(0, length), coding)).toThrow();
    }
  });

  test("bytes that are not in it are refused", () => {
    expect(() => decodeBody(Buffer.from("plain text, not compressed"), coding)).toThrow();
  });

  test("a bomb is refused at the limit", () => {
    const bomb = encode(Buffer.alloc(1001));
    expect(() => decodeBody(bomb, coding, 1000)).toThrow();
    expect(decodeBody(bomb, coding, 1001)).toHaveLength(1001);
  });
});

test("codings are undone from last to first", () => {
  const bytes = brotliCompressSync(gzipSync("hello"));
  expect(Buffer.from(decodeBody(bytes, " GZIP , br")).toString()).toBe("hello");
});

test.each(["identity", "lzma", "", "constructor", "__proto__"])("%p leaves the bytes", (coding) => {
  const bytes = Buffer.from("as it came");
  expect(decodeBody(bytes, coding)).toBe(bytes);
});
