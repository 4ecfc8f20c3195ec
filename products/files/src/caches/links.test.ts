import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { type FaultPlan, memoryObjectStore } from "@breakwater/object-store/testing";
import fc from "fast-check";
import { spaces } from "../spaces.ts";
import { forgetting } from "./forgetting.ts";
import { linkFields, links, urlOf } from "./links.ts";
import { lists } from "./lists.ts";

function stage({
  maxEntries = 100,
  lifeMs = 900_000,
  faults = (() => undefined) as FaultPlan,
} = {}) {
  const clock = new FakeClock();
  const store = memoryObjectStore({ epochMs: () => clock.nowMs(), faults });
  let signed = 0;
  const kept = links({
    clock,
    presign: (key, { expiresS }) => {
      signed += 1;
      return `http://store.test/${encodeURI(key)}?n=${signed}&s=${expiresS}`;
    },
    lifeMs,
    listTtlMs: 15_000,
    maxEntries,
    checksExistence: true,
  });
  const noLists = lists({ clock, ttlMs: 1, maxBytes: 1000, onSharedError: () => {} });
  const forget = forgetting({ links: kept, lists: noLists });
  const base = { store, forgetting: forget, maxUploadBytes: 1 };
  const space = spaces({ ...base, isOpen: true }).whole;
  const { spaceOf } = spaces({ ...base, isOpen: false });
  const tenant = (name: string) =>
    spaceOf(
      { claims: { caller: { scopes: new Set(["read"]), prefix: `${name}/` } } } as never,
      "read",
    );
  const { contents } = store;
  const heads = () => store.calls.filter(({ operation }) => operation === "HeadObject").length;
  return { clock, store, kept, space, tenant, contents, heads, signed: () => signed };
}

test("a link is made once and kept until half of its life is over, less what a list keeps it", async () => {
  const { clock, store, kept, space, signed } = stage();
  await store.put("a/b.txt", "x");
  const link = (await kept.make(space, "a/b.txt"))!;
  expect(JSON.parse(link.item)).toEqual({
    ...{ path: "a/b.txt", fileName: "b.txt", success: true },
    url: "http://store.test/a/b.txt?n=1&s=900",
  });
  expect(urlOf(link)).toBe("http://store.test/a/b.txt?n=1&s=900");
  expect(kept.find(space, "a/b.txt", 433_999)).toBe(link);
  expect(kept.find(space, "a/b.txt", 434_000)).toBeUndefined();
  await clock.advanceTo(434_000);
  expect(urlOf(kept.ofExisting(space, "a/b.txt", clock.nowMs()))).toContain("n=2");
  expect(signed()).toBe(2);
});

test("whoever gets a link has half of its life left, whatever the limit is", () => {
  const life = fc.integer({ min: 1000, max: 604_800_000 });
  fc.assert(
    fc.property(life, fc.double({ min: 0, max: 1, noNaN: true }), (lifeMs, part) => {
      const listTtlMs = Math.min(15_000, lifeMs / 4);
      const clock = new FakeClock();
      const presign = () => "u";
      const sizes = { maxEntries: 10, checksExistence: true };
      const kept = links({ clock, presign, lifeMs, listTtlMs, ...sizes });
      const { space } = stage();
      kept.ofExisting(space, "a", 0);
      const askedMs = part * lifeMs;
      const found = kept.find(space, "a", askedMs);
      // A list that was made then gives it away for its own time; a URL counts whole seconds.
      const leftMs = found === undefined ? lifeMs : lifeMs - askedMs - listTtlMs - 1000;
      expect(leftMs).toBeGreaterThanOrEqual(lifeMs / 2);
    }),
  );
});

test("what is not there has no link, and is looked for again", async () => {
  const { store, kept, space, heads } = stage();
  expect(await kept.make(space, "a")).toBeUndefined();
  await store.put("a", "x");
  expect(await kept.make(space, "a")).toBeDefined();
  expect(heads()).toBe(2);
});

test("many who ask at once cost one look", async () => {
  const { store, kept, space, heads } = stage();
  await store.put("a", "x");
  const all = await Promise.all(Array.from({ length: 50 }, () => kept.make(space, "a")));
  expect([new Set(all).size, heads()]).toEqual([1, 1]);
});

test("a deletion while its file is looked for leaves nothing behind", async () => {
  const held = Promise.withResolvers<undefined>();
  const { store, kept, space } = stage({
    faults: ({ operation }) => (operation === "HeadObject" ? held.promise : undefined),
  });
  await store.put("a", "x");
  const made = kept.make(space, "a");
  await space.changed("a");
  held.resolve(undefined);
  await made;
  expect([kept.find(space, "a", 0), kept.entries]).toEqual([undefined, 0]);
});

test("a link of a listing that was asked for before a deletion is not kept", async () => {
  const { kept, space } = stage();
  const { version } = kept;
  await space.changed("another");
  expect(kept.ofListed(space, "a", { nowMs: 0, version })).toBeDefined();
  expect(kept.find(space, "a", 0)).toBeUndefined();
  kept.ofListed(space, "a", { nowMs: 0, version: kept.version });
  expect(kept.find(space, "a", 0)).toBeDefined();
});

test("an error of the store is told all who wait, and not kept", async () => {
  let isDown: boolean = true;
  const { store, kept, space } = stage({
    faults: ({ operation }) =>
      isDown && operation === "HeadObject" ? { error: new Error("down") as never } : undefined,
  });
  await store.put("a", "x");
  await expect(kept.make(space, "a")).rejects.toThrow("down");
  isDown = false;
  expect(await kept.make(space, "a")).toBeDefined();
});

test("a file has a link in its tenant's space and in that of all, and both are forgotten", async () => {
  const { kept, space, tenant } = stage();
  const acme = tenant("acme");
  const inAcme = kept.ofExisting(acme, "x/a", 0);
  const inAll = kept.ofExisting(space, "acme/x/a", 0);
  expect(linkFields(inAcme)).toContain("/acme/x/a");
  expect([JSON.parse(inAcme.item).path, JSON.parse(inAll.item).path]).toEqual(["x/a", "acme/x/a"]);
  expect(kept.find(tenant("other"), "x/a", 0)).toBeUndefined();
  await acme.changed(acme.keyOf("x/a"));
  expect(kept.entries).toBe(0);
  kept.ofExisting(acme, "x/a", 0);
  kept.ofExisting(space, "acme/x/a", 0);
  kept.ofExisting(acme, "y", 0);
  await space.changedFolder("acme/x/");
  expect([kept.entries, kept.find(acme, "y", 0) !== undefined]).toEqual([1, true]);
  await space.changedFolder("acme/");
  expect(kept.entries).toBe(0);
});

test("as many are kept as were asked for, and those in use stay", () => {
  const { kept, space } = stage({ maxEntries: 100 });
  for (let index = 0; index < 1000; index += 1) {
    kept.ofExisting(space, `f/${index}`, 0);
    expect(kept.find(space, "f/0", 0)).toBeDefined();
    expect(kept.entries).toBeLessThanOrEqual(101);
  }
});
