import { expect, test } from "bun:test";
import fc from "fast-check";
import { encodeChunk, encodeRequestHead, lastChunk } from "./request-encoder.ts";

const get = { method: "GET", target: "/", headers: [] };

test.each([
  [get, "GET / HTTP/1.1\r\n\r\n"],
  [{ ...get, method: "M-SEARCH", target: "*" }, "M-SEARCH * HTTP/1.1\r\n\r\n"],
  [
    {
      method: "POST",
      target: "/a?b=%20#",
      headers: [
        ["Host", "[::1]:80"],
        ["X-Empty", ""],
        ["x-tab", "a\tb"],
        ["X-Utf8", "é€😀"],
      ] as const,
    },
    "POST /a?b=%20# HTTP/1.1\r\nHost: [::1]:80\r\nX-Empty: \r\nx-tab: a\tb\r\nX-Utf8: é€😀\r\n\r\n",
  ],
])("%j is sent as it stands", (head, want) => {
  expect(Buffer.from(encodeRequestHead(head)).toString("utf8")).toBe(want);
});

test.each(["", "G T", "GET\r\n", "GET\0", "GÉT", "G/T"])("the method %j is refused", (method) => {
  expect(() => encodeRequestHead({ ...get, method })).toThrow(refused("bad_request_method"));
});

test.each(["", "/a b", "/\r\nA: b", "/\n", "/\0", "/\t", "/\x7f", "/é", "/😀"])(
  "the target %j is refused",
  (target) => {
    expect(() => encodeRequestHead({ ...get, target })).toThrow(refused("bad_request_target"));
  },
);

test.each([
  ["", "a"],
  ["A b", "a"],
  ["A:", "a"],
  ["A\r\n", "a"],
  ["Ä", "a"],
  ["A", "a\r\nB: c"],
  ["A", "a\nb"],
  ["A", "a\rb"],
  ["A", "a\0"],
  ["A", "\x01"],
  ["A", "\x7f"],
])("the header %j with %j is refused", (name, value) => {
  const headers = [["Host", "a"] as const, [name, value] as const];
  expect(() => encodeRequestHead({ ...get, headers })).toThrow(refused("bad_request_header"));
});

test("whatever is not refused has as many lines as it has headers, two more", () => {
  const text = fc.oneof(fc.string(), fc.constantFrom("\r\n", "\n", "A", "\r", "a\r\nb"));
  fc.assert(
    fc.property(text, text, fc.array(fc.tuple(text, text)), (method, target, headers) => {
      const encode = () => Buffer.from(encodeRequestHead({ method, target, headers })).toString();
      expect(lineCount(encode)).toBeOneOf(["refused", headers.length + 2]);
    }),
    { numRuns: 500 },
  );
});

test.each([0, 1, 15, 16, 70_000])("a chunk of %d bytes says so in hexadecimal", (length) => {
  const bytes = new Uint8Array(length).fill(0x61);
  const want = length === 0 ? "" : `${length.toString(16)}\r\n${"a".repeat(length)}\r\n`;
  expect(Buffer.from(encodeChunk(bytes)).toString()).toBe(want);
});

test("the last chunk ends a body without trailers", () => {
  expect(Buffer.from(lastChunk).toString()).toBe("0\r\n\r\n");
});

const refused = (code: string) => expect.objectContaining({ name: "WireError", code });

function lineCount(encode: () => string): number | string {
  try {
    return encode().split(/[\r\n]+/).length;
  } catch {
    return "refused";
  }
}
