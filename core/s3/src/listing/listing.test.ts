import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseContinuationToken, toContinuationToken } from "./continuation-token.ts";
import { compareKeys, keyAfterPrefix } from "./key-order.ts";
import { type KeyCursor, type Keyed, listPage, type PageWanted } from "./list-page.ts";

/** Counts its steps: what a listing costs. */
function cursorOf(sorted: readonly string[]): KeyCursor<Keyed> & { steps: number } {
  let at = 0;
  const here = () => {
    cursor.steps += 1;
    const key = sorted[at];
    return key === undefined ? undefined : { key };
  };
  const cursor = {
    steps: 0,
    seek: (key: string) => {
      at = sorted.findIndex((one) => compareKeys(one, key) >= 0);
      if (at < 0) at = sorted.length;
      return here();
    },
    next: () => {
      at += 1;
      return here();
    },
  };
  return cursor;
}

/** What S3 says a listing is, key by key. */
function allItems(sorted: readonly string[], { prefix, delimiter }: PageWanted): string[] {
  const items = sorted
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const found = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
      return found < 0 ? key : `${key.slice(0, found + delimiter!.length)}*`;
    });
  return [...new Set(items)];
}

const itemsOf = (keys: readonly string[], wanted: PageWanted) => {
  const page = listPage(cursorOf(keys), wanted);
  const common = page.commonPrefixes.map((prefix) => `${prefix}*`);
  return { ...page, items: [...page.objects.map(({ key }) => key), ...common] };
};

const key = fc.string({ unit: fc.constantFrom("a", "b", "/", "\u{ffff}", "😀"), maxLength: 6 });
const keySets = fc
  .uniqueArray(key.filter(Boolean), { maxLength: 30 })
  .map((keys) => keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
const wanteds = fc.record({
  prefix: fc.constantFrom("", "a", "a/", "/", "😀"),
  delimiter: fc.constantFrom(undefined, "/", "a/", "b"),
  maxKeys: fc.integer({ min: 1, max: 7 }),
  after: fc.constant(undefined),
});

describe("a listing", () => {
  test("read page by page is all that a walk over every key finds, once and in order", () => {
    fc.assert(
      fc.property(keySets, wanteds, (keys, wanted) => {
        const items: string[] = [];
        let after: string | undefined;
        for (let isTruncated = true; isTruncated; ) {
          const page = itemsOf(keys, { ...wanted, after });
          expect(page.items.length).toBeLessThanOrEqual(wanted.maxKeys);
          items.push(...page.items.sort(compareKeys));
          after = page.last;
          isTruncated = page.isTruncated;
        }
        expect(items).toEqual(allItems(keys, wanted).sort(compareKeys));
      }),
    );
  });

  test.each<[string, Partial<PageWanted>, string[], boolean]>([
    ["all", {}, ["a", "b/1", "b/2", "c"], false],
    ["folders", { delimiter: "/" }, ["a", "c", "b/*"], false],
    ["what begins so", { prefix: "b/", delimiter: "/" }, ["b/1", "b/2"], false],
    ["what comes after", { after: "b/1" }, ["b/2", "c"], false],
    ["what comes after no key", { after: "b/11" }, ["b/2", "c"], false],
    ["the rest of a folder", { after: "b/1", delimiter: "/" }, ["c", "b/*"], false],
    ["what follows a folder", { after: "b/", delimiter: "/" }, ["c"], false],
    ["from the prefix on", { after: "a", prefix: "b" }, ["b/1", "b/2"], false],
    ["the first", { maxKeys: 1 }, ["a"], true],
    ["none", { maxKeys: 0 }, [], false],
    ["exactly as many", { maxKeys: 4 }, ["a", "b/1", "b/2", "c"], false],
  ])("gives %s", (_name, wanted, items, isTruncated) => {
    const keys = ["a", "b/1", "b/2", "c"];
    const all = { prefix: "", delimiter: undefined, maxKeys: 1000, after: undefined };
    const page = itemsOf(keys, { ...all, ...wanted });
    expect({ items: page.items, isTruncated: page.isTruncated }).toEqual({ items, isTruncated });
  });

  test("leaves a folder of 100,000 keys by one step", () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `a/${index + 1e6}`);
    const cursor = cursorOf([...keys, "b/1", "c"]);
    const wanted = { prefix: "", delimiter: "/", maxKeys: 1000, after: undefined };
    expect(listPage(cursor, wanted).commonPrefixes).toEqual(["a/", "b/"]);
    expect(cursor.steps).toBeLessThan(6);
  });
});

describe("the order of keys", () => {
  test("is that of their bytes in UTF-8", () => {
    const text = fc.string({ unit: "binary", maxLength: 5 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  test.each([
    ["a/", "a0"],
    ["\ud7ff", "\ue000"],
    ["a\u{10ffff}", "b"],
    ["\u{10ffff}", undefined],
    ["", undefined],
  ])("the first after all that begin with %j is %j", (prefix, want) => {
    expect(keyAfterPrefix(prefix)).toBe(want as never);
  });
});

describe("a continuation token", () => {
  test("gives back the key", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (after) => {
        expect(parseContinuationToken(toContinuationToken(after))).toBe(after);
      }),
    );
  });

  test.each(["", "x", "AAAA", "AAAAAAAA", toContinuationToken("key").slice(0, -4)])(
    "%j is refused",
    (token) => {
      expect(() => parseContinuationToken(token)).toThrow("continuation token");
    },
  );
});
