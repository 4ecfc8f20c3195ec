import { expect, test } from "bun:test";
import fc from "fast-check";
import { builtinMetrics, builtins } from "./builtins.ts";
import type { TagSource } from "./metric.ts";
import { Registry } from "./registry.ts";
import type { Series } from "./series.ts";

test("a metric asked for again is the same one", () => {
  const registry = new Registry();
  const orders = registry.metric("orders", "counter");
  expect(registry.metric("orders", "counter", "default")).toBe(orders);
});

test("a name taken by another type is refused, saying which", () => {
  const registry = new Registry();
  registry.metric("orders", "trend", "time");
  expect(() => registry.metric("orders", "counter")).toThrow(
    'Cannot make the metric "orders" a counter: it is a trend of time already; use another name',
  );
});

test.each(["", "a", "1st", "my metric", "prix_€", "a-b", "a".repeat(130)])(
  "the name %j is refused",
  (name) => {
    expect(() => new Registry().metric(name, "gauge")).toThrow(
      expect.objectContaining({ code: "bad_name" }),
    );
  },
);

test("a submetric takes the samples that have all of its tags", () => {
  const registry = new Registry();
  const requests = registry.metric("reqs", "counter");
  const home = registry.submetric("reqs{name:home,status:200}");
  const url = registry.submetric("reqs{url:http://host:80/}");
  requests.add(1, tagged({ name: "home", status: "200" }), 0);
  requests.add(10, tagged({ name: "home", status: "404" }), 0);
  requests.add(100, tagged({ url: "http://host:80/" }), 0);
  expect([requests, home, url].map(total)).toEqual([111, 1, 100]);
});

test("a submetric of a metric that is not there names those that are", () => {
  const registry = new Registry();
  registry.metric("orders", "counter");
  expect(() => registry.submetric("order{a:b}")).toThrow(
    'Cannot find the metric "order": there are orders',
  );
});

test("a listener gets every sample as it was added", () => {
  const registry = new Registry();
  const heard: unknown[] = [];
  registry.listen(({ name, type }, value, tags, timeMs) => {
    heard.push([name, type, value, tags.all(), timeMs]);
  });
  registry.metric("ok", "rate").add(1, tagged({ a: "b" }), 12.5);
  registry.listen(undefined);
  registry.metric("ok", "rate").add(0, tagged({}), 13);
  expect(heard).toEqual([["ok", "rate", 1, { a: "b" }, 12.5]]);
});

test("drained every so often and merged, several registries say what one would have", () => {
  const sample = fc.record({
    worker: fc.nat(2),
    metric: fc.constantFrom("counter", "gauge", "rate", "trend"),
    value: fc.integer({ min: -1000, max: 1000 }),
    tag: fc.constantFrom("x", "y"),
    drains: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(sample), (samples) => {
      const whole = registryOfEach();
      const merged = new Registry();
      const workers = [registryOfEach(), registryOfEach(), registryOfEach()];
      const drain = (worker: Registry) => merged.merge(JSON.parse(JSON.stringify(worker.drain())));
      for (const [timeMs, { worker, metric, value, tag, drains }] of samples.entries()) {
        for (const registry of [whole, workers[worker]!]) {
          registry.metric(`a_${metric}`, metric).add(value, tagged({ tag }), timeMs);
        }
        const drained = drains ? [workers[worker]!] : [];
        drained.forEach(drain);
      }
      workers.forEach(drain);
      expect(merged.drain()).toEqual(whole.drain());
    }),
  );
});

test("a drain starts from zero, and tells of an empty series once", () => {
  const registry = new Registry();
  registry.metric("orders", "counter").add(2, tagged({}), 0);
  registry.metric("unused", "gauge");
  expect(registry.drain()).toEqual([
    { key: "orders", type: "counter", contains: "default", values: { type: "counter", total: 2 } },
    { key: "unused", type: "gauge", contains: "default", values: null },
  ]);
  expect(registry.drain()).toEqual([]);
});

test("a merge into a metric of another type is refused", () => {
  const registry = new Registry();
  registry.metric("orders", "counter");
  const values = { type: "gauge", value: 1, min: 1, max: 1, timeMs: 0 } as const;
  expect(() =>
    registry.merge([{ key: "orders", type: "counter", contains: "default", values }]),
  ).toThrow('Cannot merge a gauge into "orders": it is a counter here');
});

test("the built-in metrics are made with their types, and the submetric that k6 always has", () => {
  const registry = new Registry();
  const { http_req_duration } = builtinMetrics(registry);
  expect(registry.metricNames()).toEqual(Object.keys(builtins));
  expect(http_req_duration).toMatchObject({ type: "trend", contains: "time" });
  http_req_duration.add(5, tagged({ expected_response: "true" }), 0);
  http_req_duration.add(9, tagged({ expected_response: "false" }), 0);
  const expected = registry.tryGet("http_req_duration{expected_response:true}");
  expect(expected?.sink.snapshot()).toMatchObject({ sum: 5 });
});

function registryOfEach(): Registry {
  const registry = new Registry();
  for (const type of ["counter", "gauge", "rate", "trend"] as const) {
    registry.metric(`a_${type}`, type);
    registry.submetric(`a_${type}{tag:x}`);
  }
  return registry;
}

function tagged(tags: Readonly<Record<string, string>>): TagSource {
  return { tag: (name) => tags[name], all: () => tags };
}

function total({ sink }: Series): number | undefined {
  return sink.type === "counter" ? sink.total : undefined;
}
