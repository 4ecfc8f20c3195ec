import { expect, test } from "bun:test";
import fc from "fast-check";
import { readLines } from "./read-lines.ts";

async function linesOf(chunks: readonly Uint8Array[], maxCharacters = 1000): Promise<string[]> {
  const stream = (async function* () {
    yield* chunks;
  })();
  return await Array.fromAsync(readLines(stream, maxCharacters));
}

test("lines are the same, however their bytes are cut", async () => {
  const line = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\n]/g, ""));
  const property = fc.asyncProperty(
    fc.array(line),
    fc.constantFrom("\n", "\r\n"),
    fc.integer({ min: 1, max: 7 }),
    async (lines, end, size) => {
      const bytes = new TextEncoder().encode(lines.map((each) => each + end).join(""));
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      expect(await linesOf(chunks)).toEqual(lines);
    },
  );
  await fc.assert(property);
});

test("a last line needs no end, and one that is too long comes in pieces", async () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  expect(await linesOf([bytes("one\ntwo")])).toEqual(["one", "two"]);
  expect(await linesOf([bytes("abcdefg"), bytes("h\ni")], 3)).toEqual(["abc", "def", "gh", "i"]);
});
