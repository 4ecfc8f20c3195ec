import { expect, test } from "bun:test";
import fc from "fast-check";
import { SeenMessages } from "./seen-messages.ts";

const texts = fc.constantFrom("", "a", "b", "ab", "ba", "\u{1f600}", "a".repeat(200), "€");
const step = fc.tuple(
  fc.constantFrom("add", "add", "add", "delete"),
  texts,
  fc.nat(12).map(String),
);

test("the newest half is remembered, and never more than all", () => {
  const limits = fc.tuple(fc.integer({ min: 2, max: 40 }), fc.nat(3));
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 150, size: "max" }), ([max, seed], steps) => {
      const seen = new SeenMessages(max, seed);
      const added: { readonly key: string; isDeleted: boolean }[] = [];
      const has = (key: string): boolean => seen.has(...(JSON.parse(key) as [string, string]));
      for (const [kind, from, id] of steps) {
        const key = JSON.stringify([from, id]);
        if (kind === "delete") {
          seen.delete(from, id);
          for (const one of added) one.isDeleted ||= one.key === key;
        } else if (!seen.has(from, id)) {
          seen.add(from, id);
          added.push({ key, isDeleted: false });
        }
        expect(seen.has(from, id)).toBe(kind === "add");
        const newest = added.slice(-Math.floor(max / 2)).filter(({ isDeleted }) => !isDeleted);
        expect(newest.filter((one) => !has(one.key))).toEqual([]);
        const those = new Set(added.map((one) => one.key));
        expect([...those].filter(has).length).toBeLessThanOrEqual(max);
      }
    }),
    { numRuns: 200 },
  );
});

test("many are told apart, however their hashes fall", () => {
  const seen = new SeenMessages(10_000, 1);
  for (let id = 0; id < 5000; id += 1) seen.add("ada", String(id));
  const known = Array.from({ length: 10_000 }, (_, id) => seen.has("ada", String(id)));
  expect(known.indexOf(false)).toBe(5000);
  expect(known.lastIndexOf(true)).toBe(4999);
  expect(seen.has("ad", "a1")).toBe(false);
});
