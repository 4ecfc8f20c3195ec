import { describe, expect, test } from "bun:test";
import type { ListOptions, ObjectStore } from "../object-store.ts";

const keys: readonly string[] = [
  "a!",
  "a b/1",
  "a b/2",
  "a/1",
  "a/2",
  "a/b/1",
  "a/b/2",
  "a+",
  "b%2F",
  "b&c",
  "ü",
  "\uffee",
  "😀",
];

export function testListings(open: () => Promise<ObjectStore>): void {
  describe("a listing", () => {
    const fill = async (store: ObjectStore): Promise<void> => {
      await Promise.all(keys.map((key) => store.put(key, key)));
    };
    const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

    test.each<[ListOptions, string[], string[]]>([
      [{}, sorted, []],
      [{ prefix: "a/" }, ["a/1", "a/2", "a/b/1", "a/b/2"], []],
      [{ prefix: "a/", delimiter: "/" }, ["a/1", "a/2"], ["a/b/"]],
      [{ prefix: "a", delimiter: "/" }, ["a!", "a+"], ["a b/", "a/"]],
      [{ startAfter: "b&c" }, ["ü", "\uffee", "😀"], []],
      [{ prefix: "none" }, [], []],
    ])("of %j", async (options, objects, commonPrefixes) => {
      await using store = await open();
      await fill(store);
      const page = await store.list(options);
      expect(page.objects.map(({ key }) => key)).toEqual(objects);
      expect(page).toMatchObject({ commonPrefixes, nextToken: undefined });
    });

    test("says what a head says", async () => {
      await using store = await open();
      await store.put("key", "text");
      const { key, bytes, etag, modifiedMs } = (await store.head("key"))!;
      const listed = (await store.list()).objects[0]!;
      expect(listed).toMatchObject({ key, bytes, etag });
      expect(Math.floor(listed.modifiedMs / 1000)).toBe(Math.floor(modifiedMs / 1000));
    });

    test.each([1, 2, 3, 100])("in pages of %d is that in one", async (maxKeys) => {
      await using store = await open();
      await fill(store);
      const found: string[] = [];
      const prefixes: string[] = [];
      let continuationToken: string | undefined;
      do {
        const page = await store.list({ delimiter: "/", maxKeys, continuationToken });
        expect(page.objects.length + page.commonPrefixes.length).toBeLessThanOrEqual(maxKeys);
        found.push(...page.objects.map(({ key }) => key));
        prefixes.push(...page.commonPrefixes);
        continuationToken = page.nextToken;
      } while (continuationToken !== undefined);
      expect(found).toEqual(sorted.filter((key) => !key.includes("/")));
      expect(prefixes).toEqual(["a b/", "a/"]);
    });

    test("of all goes from page to page", async () => {
      await using store = await open();
      await fill(store);
      const listed = await Array.fromAsync(store.listAll({ maxKeys: 4 }), ({ key }) => key);
      expect(listed).toEqual(sorted);
      const within = store.listAll({ maxKeys: 1, prefix: "a b/" });
      expect(await Array.fromAsync(within, ({ key }) => key)).toEqual(["a b/1", "a b/2"]);
    });
  });
}
