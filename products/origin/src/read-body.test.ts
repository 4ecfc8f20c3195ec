import { expect, test } from "bun:test";
import { fakeExchange } from "@breakwater/http-server/testing";
import fc from "fast-check";
import { type ReceivedBody, readBody } from "./read-body.ts";

test.each([
  ["no body", undefined, 4, { text: "", bytes: 0, isCut: false }],
  ["an empty body", [], 4, { text: "", bytes: 0, isCut: false }],
  ["less than is kept", "abc", 4, { text: "abc", bytes: 3, isCut: false }],
  ["just what is kept", "abcd", 4, { text: "abcd", bytes: 4, isCut: false }],
  ["more than is kept", "abcdefgh", 4, { text: "abcd", bytes: 8, isCut: true }],
  ["a cut character", "abc€", 4, { text: "abc", bytes: 6, isCut: true }],
  ["half a character", [new Uint8Array([0x61, 0xe2])], 4, { text: "a�", bytes: 2, isCut: false }],
  ["no text", [new Uint8Array([0xff, 0x61])], 4, { text: "�a", bytes: 2, isCut: false }],
  ["a byte order mark", "\uFEFFa", 4, { text: "\uFEFFa", bytes: 4, isCut: false }],
])("%s", (_name, body, maxKeptBytes, want) => {
  expect(read(body, maxKeptBytes)).toEqual(want);
});

test("a text comes out as it went in, however it was cut", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.integer({ min: 1, max: 5 }),
      (given, partBytes) => {
        const bytes = new TextEncoder().encode(given);
        const parts = Array.from({ length: Math.ceil(bytes.length / partBytes) }, (_, index) =>
          bytes.subarray(index * partBytes, (index + 1) * partBytes),
        );
        expect(read(parts, bytes.length)).toEqual({
          text: given.toWellFormed(),
          bytes: bytes.length,
          isCut: false,
        });
      },
    ),
  );
});

function read(
  body: string | Uint8Array[] | undefined,
  maxKeptBytes: number,
): ReceivedBody[] | ReceivedBody {
  const told: ReceivedBody[] = [];
  readBody(fakeExchange(body === undefined ? {} : { body }), { maxKeptBytes }, (received) =>
    told.push(received),
  );
  const [only, ...more] = told;
  return only !== undefined && more.length === 0 ? only : told;
}

test("each part is told of", () => {
  const told: number[] = [];
  const body = [new Uint8Array(3), new Uint8Array(5)];
  readBody(
    fakeExchange({ body }),
    { maxKeptBytes: 0, onPart: (bytes) => told.push(bytes) },
    () => {},
  );
  expect(told).toEqual([3, 5]);
});
