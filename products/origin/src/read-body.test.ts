import { expect, test } from "bun:test";
import fc from "fast-check";
import { readBody } from "./read-body.ts";

test.each([
  ["nothing", undefined, 4, { text: "", bytes: 0 }],
  ["less than is kept", "abc", 4, { text: "abc", bytes: 3 }],
  ["just what is kept", "abcd", 4, { text: "abcd", bytes: 4 }],
  ["more than is kept", "abcdefgh", 4, { text: "abcd", bytes: 8 }],
  ["a character across the end of what is kept", "abc€", 4, { text: "abc", bytes: 6 }],
  ["half a character at its end", new Uint8Array([0x61, 0xe2]), 4, { text: "a�", bytes: 2 }],
  ["bytes that are no text", new Uint8Array([0xff, 0x61]), 4, { text: "�a", bytes: 2 }],
])("%s", async (_name, body, maxKeptBytes, want) => {
  const request = new Request("http://origin", { method: "POST", ...(body && { body }) });
  expect(await readBody(request, maxKeptBytes)).toEqual(want);
});

test("a text comes out as it went in, however it was cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: "binary" }),
      fc.integer({ min: 1, max: 5 }),
      async (given, chunkBytes) => {
        const bytes = new TextEncoder().encode(given);
        const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
          bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
        );
        const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
          start(controller) {
            for (const chunk of chunks) controller.enqueue(chunk);
            controller.close();
          },
        });
        expect(await readBody({ body }, bytes.length)).toEqual({
          // A BOM at the start is not part of the text.
          text: given.replace(/^\uFEFF/, "").toWellFormed(),
          bytes: bytes.length,
        });
      },
    ),
  );
});
