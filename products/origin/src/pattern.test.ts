import { expect, test } from "bun:test";
import fc from "fast-check";
import { pattern } from "./pattern.ts";

test("it repeats letters and digits", () => {
  const view = pattern(64 * 1024).view(0, 40);
  expect(new TextDecoder().decode(view)).toBe("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCD");
});

test("a part is what the whole has at that place", () => {
  const { view } = pattern(1000);
  const whole = new TextDecoder().decode(view(0, 36)).repeat(80);
  fc.assert(
    fc.property(fc.nat(1900), fc.nat(900), (from, bytes) => {
      const part = new TextDecoder().decode(view(from, bytes));
      expect(part).toBe(whole.slice(from, from + bytes));
    }),
  );
});

test("places beyond 32 bits have their data, too", () => {
  const { view } = pattern(1000);
  const place = 36 * 2 ** 47 + 3;
  expect(view(place, 5)).toEqual(view(3, 5));
});

test("a view is never longer than the buffer, and shares it", () => {
  const { view } = pattern(65_536);
  expect(view(35, 2 ** 40).length).toBe(65_536);
  expect(view(0, 1).buffer).toBe(view(7, 9).buffer);
});
