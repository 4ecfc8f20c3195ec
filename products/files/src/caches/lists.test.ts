import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import fc from "fast-check";
import { foldersOf, type Lists, type ListsOptions, lists } from "./lists.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

function stage(changes: Partial<ListsOptions> = {}) {
  const clock = new FakeClock();
  const options = { clock, ttlMs: 15_000, maxBytes: 100_000, onSharedError: () => {}, ...changes };
  const kept: Lists = lists(options);
  let loads = 0;
  const find = async (prefix: string, question = "", text?: string) => {
    const load = async () => {
      loads += 1;
      return bytesOf(text ?? `${prefix}#${loads}`);
    };
    const found = await kept.find({ prefix, question, load });
    return new TextDecoder().decode(found.body);
  };
  return { clock, kept, find, loads: () => loads };
}

test("a listing is given again for its time, to all who ask for the same", async () => {
  const { clock, find, loads } = stage();
  const many = await Promise.all(Array.from({ length: 20 }, () => find("a/")));
  expect([new Set(many).size, loads()]).toEqual([1, 1]);
  await clock.advanceTo(14_999);
  expect(await find("a/")).toBe("a/#1");
  expect(await find("a/", "another page")).toBe("a/#2");
  await clock.advanceTo(15_000);
  expect(await find("a/")).toBe("a/#3");
});

describe("a change is shown at once", () => {
  test.each([
    ["a/b/c.txt", ["x/", "a/b/c/"]],
    ["a/b/", ["x/", "a/b/c/"]],
    ["d", ["a/", "a/b/", "a/b/c/", "x/"]],
  ])("of %s: listings of other folders stay: %p", async (key, stay) => {
    const { kept, find, loads } = stage();
    const all = ["", "a/", "a/b/", "a/b/c/", "x/"];
    for (const prefix of all) await find(prefix);
    kept.forget(key);
    const before = loads();
    for (const prefix of stay) await find(prefix);
    expect(loads()).toBe(before);
    for (const prefix of all) await find(prefix);
    expect(loads() - before).toBe(all.length - stay.length);
  });

  test("of a folder: all within it, and those that it is in", async () => {
    const { kept, find, loads } = stage();
    for (const prefix of ["", "a/", "a/b/", "a/b/c/", "ab/"]) await find(prefix);
    kept.forgetFolder("a/b/");
    for (const prefix of ["", "a/", "a/b/", "a/b/c/", "ab/"]) await find(prefix);
    expect(loads()).toBe(9);
  });

  test("also while it is being loaded: who asks after it gets a new one", async () => {
    const { kept, clock } = stage();
    const held = Promise.withResolvers<Uint8Array>();
    const old = kept.find({ prefix: "a/", question: "", load: () => held.promise });
    kept.forget("a/x");
    const load = () => Promise.resolve(bytesOf("new"));
    const fresh = await kept.find({ prefix: "a/", question: "", load });
    held.resolve(bytesOf("old"));
    expect(new TextDecoder().decode((await old).body)).toBe("old");
    const later = await kept.find({ prefix: "a/", question: "", load });
    expect([later, clock.nowMs()]).toEqual([fresh, 0]);
  });
});

test("what could not be loaded is not kept", async () => {
  const { kept, find } = stage();
  const load = () => Promise.reject(new Error("down"));
  await expect(Promise.resolve(kept.find({ prefix: "a/", question: "", load }))).rejects.toThrow(
    "down",
  );
  expect(await find("a/")).toBe("a/#1");
});

test("no more bytes are kept than may be, whatever is listed and forgotten", async () => {
  const prefix = fc.constantFrom("", "a/", "a/b/", "c/", "d/");
  const step = fc.record({
    prefix,
    question: fc.constantFrom("1", "2"),
    bytes: fc.integer({ min: 0, max: 4000 }),
    kind: fc.constantFrom("find", "find", "find", "forget", "forgetFolder"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { kept, find } = stage({ maxBytes: 10_000 });
      for (const { kind, prefix: at, question, bytes } of steps) {
        if (kind === "find") await find(at, question, "x".repeat(bytes));
        else kept[kind](at);
        expect(kept.bytes).toBeGreaterThanOrEqual(0);
        expect(kept.bytes).toBeLessThanOrEqual(10_000);
      }
      kept.forgetFolder("");
      expect(kept.bytes).toBe(0);
    }),
    { numRuns: 50 },
  );
});

test("the folders that a key is in", () => {
  expect(foldersOf("a/b/c.txt")).toEqual(["", "a/", "a/b/"]);
  expect(foldersOf("a")).toEqual([""]);
  expect(foldersOf("/x")).toEqual(["", "/"]);
});
