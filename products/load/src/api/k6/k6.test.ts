import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { caught, messageOf, testUser } from "../../vu/testing/test-user.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { metricsModule } from "../metrics/metrics-module.ts";
import { createK6 } from "./k6.ts";
import { k6Module } from "./k6-module.ts";

interface K6 {
  readonly check: (value: unknown, checks: object, tags?: object) => boolean | Promise<boolean>;
  readonly group: <T>(name: string, run: () => T) => T;
  readonly sleep: (seconds?: unknown) => Promise<void>;
  readonly fail: (message?: string) => never;
  readonly randomSeed: (seed: number) => void;
}

function k6User(clock: FakeClock = new FakeClock()) {
  const vu = testUser({ clock });
  return { vu, k6: createK6(vu.user) as K6, [Symbol.dispose]: () => vu[Symbol.dispose]() };
}

test.each([
  ["k6", k6Module],
  ["k6/metrics", metricsModule],
])("%s has what its surface names", async (_name, { surface, load }) => {
  using vu = testUser({ clock: new FakeClock() });
  const module = (await load())(vu.user) as Record<string, unknown>;
  for (const name of surface.names) expect(module[name]).toBeFunction();
  expect(surface.names).toEqual(
    expect.arrayContaining([...(surface.blocking ?? []), ...(surface.calling ?? [])]),
  );
});

test("sleeps that nobody awaits follow each other", async () => {
  const clock = new FakeClock();
  using user = k6User(clock);
  const done = user.vu.iterate(() => {
    void user.k6.sleep(1);
    void user.k6.sleep("2");
  });
  await clock.advanceTo(5000);
  expect(await done).toBe("complete");
  expect(user.vu.values("iteration_duration")).toEqual([3000]);
});

test.each([undefined, Number.NaN, "x", null, Number.POSITIVE_INFINITY, -1, {}])(
  "sleep(%p) waits no time, as in k6",
  async (seconds) => {
    const clock = new FakeClock();
    using user = k6User(clock);
    const done = user.vu.iterate(() => user.k6.sleep(seconds));
    await clock.advanceTo(0);
    await done;
    expect(user.vu.values("iteration_duration")).toEqual([0]);
  },
);

test("a group around calls that hold the script up is theirs alone", async () => {
  const clock = new FakeClock();
  using user = k6User(clock);
  const { check, group } = user.k6;
  const done = user.vu.iterate(async () => {
    await group("a", async () => {
      await user.k6.sleep(1);
      await check(1, { inside: () => user.k6.sleep(1) });
    });
    await check(1, { outside: true });
  });
  await clock.advanceTo(5000);
  await done;
  const samples = user.vu.samples.filter(({ name }) => name === "checks");
  expect(samples.map(({ tags, value }) => [tags.check, tags.group, value])).toEqual([
    ["inside", "::a", 0],
    ["outside", "", 1],
  ]);
  expect(user.vu.values("group_duration")).toEqual([2000]);
});

test("fail() ends the iteration, which counts as complete", async () => {
  using user = k6User();
  expect(await user.vu.iterate(() => user.k6.fail("no stock"))).toBe("complete");
  expect(user.vu.errors.map(messageOf)).toEqual(["no stock"]);
  expect(messageOf(await caught(() => user.k6.fail()))).toBe("");
});

test("metrics are made by a module of the VU's own", async () => {
  using user = k6User();
  const { vu } = user;
  const metrics = createMetrics(vu.user) as typeof vu.api;
  const made = [
    new metrics.Counter("my_c"),
    new metrics.Gauge("my_g"),
    new metrics.Rate("my_r"),
    new metrics.Trend("my_t", true),
  ];
  await vu.inside(() => {
    for (const metric of made) expect(metric.add(true, { k: "v" })).toBe(true);
  });
  const seen = vu.totals.registry.drain().filter(({ key }) => key.startsWith("my_"));
  expect(seen.map(({ key, type, contains }) => [key, type, contains])).toEqual([
    ["my_c", "counter", "default"],
    ["my_g", "gauge", "default"],
    ["my_r", "rate", "default"],
    ["my_t", "trend", "time"],
  ]);
});
