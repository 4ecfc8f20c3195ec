import { expect, test } from "bun:test";
import fc from "fast-check";
import { encodeStatusMessage } from "./status.ts";

test.each([
  ["plain text, and {marks}!", "plain text, and {marks}!"],
  ["100 %", "100 %25"],
  ["grün\n", "gr%C3%BCn%0A"],
  ["half a pair: \ud800", "half a pair: %EF%BF%BD"],
])("the message %p is sent as %p", (message, wanted) => {
  expect(encodeStatusMessage(message)).toBe(wanted);
});

test("every message can be decoded, and is printable ASCII on the wire", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (message) => {
      const sent = encodeStatusMessage(message);
      expect(sent).toMatch(/^[\x20-\x7e]*$/);
      expect(decodeURIComponent(sent)).toBe(message);
    }),
  );
});
