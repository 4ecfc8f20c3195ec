import { expect, test } from "bun:test";
import { GrowingBytes, type GrowthBounds } from "./growing-bytes.ts";

/** How often the bytes had to move while so many came, one at a time. */
function moves(bytes: GrowingBytes, count: number, bounds: GrowthBounds): number {
  const places = new Set<Uint8Array>();
  for (let index = 0; index < count; index += 1) {
    const at = bytes.extend(1, bounds);
    bytes.bytes[at] = index;
    places.add(bytes.bytes);
  }
  return places.size;
}

test.each([0, 100_000])("many small parts are hardly ever moved, %d expected", (expected) => {
  const bytes = new GrowingBytes();
  expect(moves(bytes, 100_000, { expected, maxBytes: 100_000 })).toBeLessThan(12);
  expect(bytes.bytes).toHaveLength(100_000);
  expect(bytes.take()).toEqual(Uint8Array.from({ length: 100_000 }, (_, index) => index));
  expect(bytes).toHaveLength(0);
});

test("what is announced is not believed until a part of it has come", () => {
  const bytes = new GrowingBytes();
  bytes.extend(100, { expected: 1_000_000, maxBytes: 2_000_000 });
  expect(bytes.bytes.length).toBeLessThan(4000);
  bytes.extend(100_000, { expected: 1_000_000, maxBytes: 2_000_000 });
  expect(bytes.bytes).toHaveLength(1_000_000);
});

test("what was taken is not written to again", () => {
  const bytes = new GrowingBytes();
  const bounds = { expected: 0, maxBytes: 10 };
  moves(bytes, 3, bounds);
  const taken = bytes.take();
  moves(bytes, 2, bounds);
  expect(taken).toEqual(Uint8Array.of(0, 1, 2));
});
