import { expect, test } from "bun:test";
import { openZeros } from "./zeros.ts";

const GIB = 2 ** 30;

test.each([0, 1, 4 * 2 ** 20, 4 * 2 ** 20 + 1, GIB, 10_000 * GIB])(
  "a blob of %i bytes has that length and is zero at both ends",
  async (bytes) => {
    using zeros = openZeros();
    const blob = zeros.blob(bytes);
    const ends = [await blob.slice(0, 9).bytes(), await blob.slice(Math.max(0, bytes - 9)).bytes()];
    expect(blob.size).toBe(bytes);
    expect(ends).toEqual([new Uint8Array(Math.min(9, bytes)), new Uint8Array(Math.min(9, bytes))]);
  },
);

test.each([0, 1, 2 ** 18, 2 ** 20 + 1])("a stream of %i bytes has that many", async (bytes) => {
  using zeros = openZeros();
  expect(await new Response(zeros.stream(bytes)).bytes()).toEqual(new Uint8Array(bytes));
});

test("a directory that is missing is passed over", () => {
  using zeros = openZeros({ directories: ["/no/such/directory", "/tmp"] });
  expect(zeros.maxBytes).toBe(10_000 * GIB);
});

test("where no file can be made there is what fits in memory", async () => {
  using zeros = openZeros({ directories: ["/no/such/directory"] });
  expect(zeros.maxBytes).toBe(4 * 2 ** 20);
  expect(await zeros.blob(zeros.maxBytes).bytes()).toEqual(new Uint8Array(zeros.maxBytes));
});

test("closing twice is harmless", () => {
  const zeros = openZeros();
  zeros[Symbol.dispose]();
  expect(() => zeros[Symbol.dispose]()).not.toThrow();
});
