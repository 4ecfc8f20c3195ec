import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { caught, messageOf, testUser } from "../vu/testing/test-user.ts";

test("what is measured inside carries the path of groups, and so does the group's own time", async () => {
  const clock = new FakeClock();
  using vu = testUser({ clock });
  const done = vu.inside((api) =>
    api.group("login", async () => {
      api.check(1, { a: true });
      await api.group("submit", async () => {
        await api.sleep(0.3);
        api.check(1, { b: true });
      });
      api.check(1, { c: true });
      return "result";
    }),
  );
  await clock.advanceTo(1000);
  expect(await done).toBe("result");
  expect(
    vu.samples
      .filter(({ name }) => name === "checks" || name === "group_duration")
      .map(({ value, tags: { check, group } }) => [check ?? value, group]),
  ).toEqual([
    ["a", "::login"],
    ["b", "::login::submit"],
    [300, "::login::submit"],
    ["c", "::login"],
    [300, "::login"],
  ]);
});

test.each([
  [
    "throws",
    () => {
      throw new Error("no");
    },
  ],
  ["rejects", () => Promise.reject(new Error("no"))],
])("a group whose function %s is left, and measured", async (_name, run) => {
  using vu = testUser({ clock: new FakeClock() });
  const error = await vu.inside(async ({ group, check }) => {
    const thrown = await caught(() => group("g", run));
    check(1, { after: true });
    return thrown;
  });
  expect(error).toEqual(new Error("no"));
  expect(vu.values("group_duration")).toEqual([0]);
  expect(vu.samples.find(({ name }) => name === "checks")?.tags.group).toBe("");
});

test("a group without checks is known to the summary", async () => {
  using vu = testUser({ clock: new FakeClock() });
  await vu.inside(({ group }) => group("empty", () => {}));
  expect(vu.totals.checkTree.drain().map(({ path }) => path)).toEqual(["", "::empty"]);
});

test.each([
  ["a::b", () => {}, 'Cannot name a group "a::b": "::" separates nested groups'],
  ["a", undefined, 'Cannot run group "a": give a function'],
])("a group named %p of %p is refused", async (name, run, message) => {
  using vu = testUser({ clock: new FakeClock() });
  const error = await caught(vu.inside(({ group }) => group(name, run as () => void)));
  expect(messageOf(error)).toBe(message);
});
