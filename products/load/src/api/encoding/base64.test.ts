import { expect, test } from "bun:test";
import fc from "fast-check";
import { b64decode, b64encode } from "./base64.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

// What k6 v2.2.0 prints for the same calls.
test.each<[unknown, unknown, string]>([
  ["hé?>~", undefined, "aMOpPz5+"],
  ["hé?>~", null, "aMOpPz5+"],
  ["hé?>~", "url", "aMOpPz5-"],
  [bytes(251, 255).buffer, undefined, "+/8="],
  [bytes(251, 255).buffer, "rawstd", "+/8"],
  [bytes(251, 255).buffer, "url", "-_8="],
  [bytes(251, 255), "rawurl", "-_8"],
  [bytes(1, 2, 3, 4).subarray(1, 3), "std", "AgM="],
  [bytes(251, 255), "nope", "+/8="],
  ["", "std", ""],
])("%p encoded as %p is %s, as in k6", (input, encoding, wanted) => {
  expect(b64encode(input, encoding)).toBe(wanted);
});

test.each<[unknown, unknown, number[]]>([
  ["aGk=", "std", [104, 105]],
  ["aGk", "rawstd", [104, 105]],
  ["--__", "url", [251, 239, 255]],
  ["--__", "rawurl", [251, 239, 255]],
  ["aG\r\nk=", "std", [104, 105]],
  ["aGl=", "std", [104, 105]],
  ["_w==", "url", [255]],
  ["aGk=", null, [104, 105]],
  ["", "std", []],
  [undefined, "std", []],
])("%p decoded as %p is %p, as in k6", (input, encoding, wanted) => {
  const decoded = b64decode(input, encoding);
  expect(decoded).toBeInstanceOf(ArrayBuffer);
  expect([...new Uint8Array(decoded as ArrayBuffer)]).toEqual(wanted);
});

test("the format `s` gives text, in which bytes that are no UTF-8 are replaced", () => {
  expect(b64decode("aMOpPz5+", "std", "s")).toBe("hé?>~");
  expect(b64decode("77u/eA==", "std", "s")).toBe("\uFEFFx");
  expect(b64decode("--__", "url", "s")).toBe("\uFFFD\uFFFD\uFFFD");
});

test.each<[unknown, string, string]>([
  ["aGk", "std", 'Cannot decode "aGk": it is no base64 with padding; name its encoding'],
  ["aGk=", "rawstd", 'Cannot decode "aGk=": it is no base64 without padding; name its encoding'],
  ["--__", "std", 'Cannot decode "--__": it is no base64 with padding; name its encoding'],
  ["a b=", "std", 'Cannot decode "a b=": it is no base64 with padding; name its encoding'],
  ["AA==AA==", "std", 'Cannot decode "AA==AA==": it is no base64 with padding'],
  ["a".repeat(41), "url", `Cannot decode "${"a".repeat(40)}…": it is no base64url with padding`],
])("%p is not decoded as %s", (input, encoding, message) => {
  expect(() => b64decode(input, encoding)).toThrow(message);
});

test.each<[unknown, string]>([
  [1, "1"],
  [null, "null"],
  [{}, "an object"],
  [[1], "an Array"],
  [new Uint16Array(1), "a Uint16Array"],
])("%p is not encoded", (input, what) => {
  const message = `Cannot encode ${what}: give text, an ArrayBuffer or a Uint8Array`;
  expect(() => b64encode(input)).toThrow(message);
});

test("what is encoded in any way comes out of decoding in the same way", () => {
  const encodings = fc.constantFrom("std", "rawstd", "url", "rawurl");
  fc.assert(
    fc.property(fc.uint8Array(), encodings, (input, encoding) => {
      const decoded = b64decode(b64encode(input, encoding), encoding) as ArrayBuffer;
      expect(new Uint8Array(decoded)).toEqual(input);
    }),
  );
});
