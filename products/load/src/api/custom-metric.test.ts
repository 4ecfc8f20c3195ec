import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { caught, messageOf, testUser } from "../vu/testing/test-user.ts";

test("each kind folds its values in its own way", async () => {
  using vu = testUser({ clock: new FakeClock() });
  const { Counter, Gauge, Rate, Trend } = vu.api;
  const metrics = [
    new Counter("a_counter"),
    new Gauge("a_gauge"),
    new Rate("a_rate"),
    new Trend("a_trend", true),
  ];
  await vu.inside(() => {
    for (const metric of metrics) for (const value of [3, true, 0]) metric.add(value);
  });
  const { registry } = vu.totals;
  const folded = metrics.map(({ name }) => registry.tryGet(name));
  expect(folded.map((series) => series?.sink.snapshot())).toEqual([
    { type: "counter", total: 4 },
    { type: "gauge", value: 0, min: 0, max: 3, timeMs: 0 },
    { type: "rate", passes: 2, total: 3 },
    { type: "trend", sum: 4, min: 0, max: 3, buckets: expect.any(Array) },
  ]);
  expect(folded.map((series) => series?.contains)).toEqual([
    "default",
    "default",
    "default",
    "time",
  ]);
});

test("a value is added with the tags of its place, and those given", async () => {
  using vu = testUser({ clock: new FakeClock() });
  const orders = new vu.api.Counter("orders");
  await vu.inside(({ group }) => group("shop", () => orders.add(1, { kind: "book" })));
  expect(vu.samples.find(({ name }) => name === "orders")?.tags).toEqual({
    scenario: "any",
    group: "::shop",
    kind: "book",
  });
});

const notFinite = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null, "x", {}];

test.each(notFinite)("%p is not added: a line says so", async (value) => {
  using vu = testUser({ clock: new FakeClock() });
  const speed = new vu.api.Trend("speed");
  expect(await vu.inside(() => speed.add(value as number))).toBe(false);
  expect(vu.values("speed")).toEqual([]);
  expect(vu.warnings).toEqual([`Cannot add ${value} to the metric "speed": give a finite number`]);
});

test.each(notFinite)("with the option `throw` %p throws", async (value) => {
  using vu = testUser({ clock: new FakeClock(), settings: { isThrowing: true } });
  const speed = new vu.api.Gauge("speed");
  const error = await caught(vu.inside(() => speed.add(value as number)));
  expect(messageOf(error)).toStartWith(`Cannot add ${value} to the metric "speed"`);
  expect([vu.values("speed"), vu.warnings]).toEqual([[], []]);
});

test("metrics are made at the script's top level alone", async () => {
  using vu = testUser({ clock: new FakeClock() });
  const error = await caught(vu.inside(({ Counter }) => new Counter("late")));
  expect(messageOf(error)).toBe(
    `Cannot make the metric "late" now: do it at the script's top level`,
  );
});

test.each([
  ["a bad name", "no spaces", 'Cannot name a metric "no spaces"'],
  ["a name that is another metric's", "http_reqs", 'Cannot make the metric "http_reqs" a gauge'],
])("%s is refused", (_what, name, message) => {
  using vu = testUser({ clock: new FakeClock() });
  expect(() => new vu.api.Gauge(name)).toThrow(message);
});
