import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { sampleText, wholeText } from "./sample-text.ts";

const text = sampleText();
const whole = wholeText(text, 3 * 2 ** 20);

test("it is ASCII words in lines", () => {
  const start = new TextDecoder().decode(text.view(0, 10_000));
  expect(start).toMatch(/^[a-z \n]+$/);
  expect(start.split("\n").length).toBeGreaterThan(100);
});

test("a part is what the whole has at that place", () => {
  for (const from of [0, 7, 2 ** 20 - 3, 2 ** 20, 2 ** 21 + 5]) {
    const part = text.view(from, 100);
    expect(part).toEqual(whole.subarray(from, from + part.length));
  }
});

test("it compresses about as text does", () => {
  const ratio = whole.length / gzipSync(whole).length;
  expect(ratio).toBeGreaterThan(2.5);
  expect(ratio).toBeLessThan(5);
});
