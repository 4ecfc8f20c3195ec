import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { caught, messageOf, testUser } from "../vu/testing/test-user.ts";
import { type Checks, checkInTurn } from "./check.ts";

test.each<[string, Checks<number>, boolean, number[]]>([
  ["all hold", { a: () => true, b: (value: unknown) => value === 7 }, true, [1, 1]],
  ["one does not", { a: () => true, b: () => "", c: () => 1 }, false, [1, 0, 1]],
  ["values stand for themselves", { a: "x", b: 0, c: null }, false, [1, 0, 0]],
  ["there are none", {}, true, []],
])("%s", async (_name, checks, wanted, counted) => {
  using vu = testUser({ clock: new FakeClock() });
  expect(await vu.inside(({ check }) => check(7, checks))).toBe(wanted);
  expect(vu.values("checks")).toEqual(counted);
});

test("a check is counted by its name in its group, with the tags given", async () => {
  using vu = testUser({ clock: new FakeClock() });
  await vu.inside(({ check, group }) => {
    group("outer", () => check(1, { ok: true }, { n: 5 as unknown as string }));
    check(1, { ok: false });
  });
  expect(vu.samples.filter(({ name }) => name === "checks").map(({ tags }) => tags)).toEqual([
    { scenario: "any", group: "::outer", check: "ok", n: "5" },
    { scenario: "any", group: "", check: "ok" },
  ]);
  expect(vu.totals.checkTree.drain()).toEqual([
    { path: "", checks: [["ok", 0, 1]] },
    { path: "::outer", checks: [["ok", 1, 0]] },
  ]);
});

test("a submetric can be asked for by a check's name", async () => {
  using vu = testUser({ clock: new FakeClock() });
  const series = vu.totals.registry.submetric("checks{check:b}");
  await vu.inside(({ check }) => check(1, { a: true, b: false }));
  expect(series.sink.snapshot()).toEqual({ type: "rate", passes: 0, total: 1 });
});

test("a condition that throws has failed, and its error goes on", async () => {
  using vu = testUser({ clock: new FakeClock() });
  const error = new Error("no such field");
  const fail = () => {
    throw error;
  };
  expect(await caught(vu.inside(({ check }) => check(1, { a: fail, b: true })))).toBe(error);
  expect(vu.values("checks")).toEqual([0]);
});

test("checks inside a condition keep their own names", async () => {
  using vu = testUser({ clock: new FakeClock() });
  await vu.inside(({ check }) => check(1, { outer: () => check(1, { inner: false }, { x: "1" }) }));
  expect(vu.samples.filter(({ name }) => name === "checks").map(({ tags }) => tags)).toEqual([
    { scenario: "any", group: "", check: "inner", x: "1" },
    { scenario: "any", group: "", check: "outer" },
  ]);
});

test.each([
  ["an async condition", 1, { a: async () => true }, 'Cannot check "a": it gives a promise', [0]],
  ["a rejected one", 1, { a: () => Promise.reject(new Error("x")) }, 'Cannot check "a"', [0]],
  ["a response not awaited", Promise.resolve(1), { a: true }, "Cannot check a promise: await", []],
  ["no conditions", 1, undefined, "Cannot check without conditions: give", []],
  ["a name like a path", 1, { "a::b": true }, 'Cannot name a check "a::b": "::" separates', []],
])("%s is refused", async (_name, value, checks, message, counted) => {
  using vu = testUser({ clock: new FakeClock() });
  const error = await caught(
    vu.inside(({ check }) => check<unknown>(value, checks as Checks<unknown>)),
  );
  expect(messageOf(error)).toStartWith(message);
  expect(vu.values("checks")).toEqual(counted);
});

describe("checks of a script of k6, where a condition may hold it up", () => {
  test("are asked in turn, each when the one before has been answered", async () => {
    const clock = new FakeClock();
    using vu = testUser({ clock });
    const asked: string[] = [];
    const after = (name: string, seconds: number, result: unknown) => async () => {
      asked.push(name);
      await vu.api.sleep(seconds);
      return result;
    };
    const checks = {
      a: true,
      b: after("b", 2, 1),
      c: after("c", 1, 0),
      d: (n: unknown) => n === 7,
    };
    const done = vu.inside(() => checkInTurn(vu.user, 7, checks, { k: "v" }));
    await clock.advanceTo(1000);
    expect([asked, vu.values("checks")]).toEqual([["b"], [1]]);
    await clock.advanceTo(3000);
    expect(await done).toBe(false);
    expect(asked).toEqual(["b", "c"]);
    const samples = vu.samples.filter(({ name }) => name === "checks");
    expect(samples.map(({ value, tags }) => [tags.check, tags.k, value])).toEqual([
      ["a", "v", 1],
      ["b", "v", 1],
      ["c", "v", 0],
      ["d", "v", 1],
    ]);
  });

  test("give their result at once where none does", async () => {
    using vu = testUser({ clock: new FakeClock() });
    const result = await vu.inside(() => ({ passed: checkInTurn(vu.user, 1, { a: true }) }));
    expect(result).toEqual({ passed: true });
  });

  test("a condition that rejects has failed, the rest is not asked, and its error goes on", async () => {
    using vu = testUser({ clock: new FakeClock() });
    const error = new Error("no such field");
    const checks = { a: () => Promise.reject(error), b: true };
    expect(await caught(vu.inside(() => checkInTurn(vu.user, 1, checks)))).toBe(error);
    expect(vu.values("checks")).toEqual([0]);
  });

  test("one that an interruption cuts counts for nothing", async () => {
    using vu = testUser({ clock: new FakeClock() });
    const done = vu.iterate(() => checkInTurn(vu.user, 1, { a: () => vu.api.sleep(1) }));
    vu.user.interrupt();
    expect(await done).toBe("interrupted");
    await Promise.resolve();
    expect(vu.values("checks")).toEqual([]);
  });
});
