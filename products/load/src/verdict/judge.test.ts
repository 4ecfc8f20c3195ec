import { expect, test } from "bun:test";
import { builtinMetrics, Registry, type TagSource } from "@breakwater/metrics";
import type { ThresholdSpec } from "../plan/options.ts";
import { checkThresholds } from "./check-thresholds.ts";
import { judge, type Moment } from "./judge.ts";

const untagged: TagSource = { tag: () => undefined, all: () => ({}) };
const atEnd: Moment = { elapsedMs: 10_000, phase: "end" };

test("each threshold is compared with what was measured since the start", () => {
  const { judgeAfter } = run({ iterations: [on("count>2"), on(" rate<0.1 ")] });
  expect(judgeAfter(2, atEnd)).toEqual({
    iterations: [
      { expression: "count>2", ok: false, actual: 2, abort: false },
      { expression: "rate<0.1", ok: false, actual: 0.2, abort: false },
    ],
  });
});

test("a submetric is judged by its samples alone", () => {
  const registry = new Registry();
  const { iterations } = builtinMetrics(registry);
  const { bound } = checkThresholds({ "iterations{scenario:a}": [on("count==1")] }, registry);
  for (const scenario of ["a", "b"]) {
    iterations.add(
      1,
      { tag: (name) => (name === "scenario" ? scenario : undefined), all: () => ({}) },
      0,
    );
  }
  expect(judge(bound, atEnd)["iterations{scenario:a}"]).toMatchObject([{ ok: true, actual: 1 }]);
});

test("without samples a metric is judged only at the end", () => {
  const { judgeAfter } = run({ iterations: [on("count>0", { abortOnFail: true })] });
  expect(judgeAfter(0, { elapsedMs: 5000, phase: "running" })).toEqual({});
  expect(judgeAfter(0, atEnd)).toMatchObject({ iterations: [{ ok: false, abort: false }] });
});

test.each([
  ["a failed threshold with abortOnFail aborts", { abortOnFail: true }, 2000, true],
  ["one without does not", {}, 2000, false],
  ["not before its delay", { abortOnFail: true, delayAbortEvalMs: 2001 }, 2000, false],
  ["from its delay on", { abortOnFail: true, delayAbortEvalMs: 2000 }, 2000, true],
])("%s", (_name, settings, elapsedMs, abort) => {
  const { judgeAfter } = run({ iterations: [on("count>5", settings)] });
  const verdicts = judgeAfter(1, { elapsedMs, phase: "running" });
  expect(verdicts).toMatchObject({ iterations: [{ ok: false, abort }] });
});

test("a threshold that holds never aborts", () => {
  const { judgeAfter } = run({ iterations: [on("count<5", { abortOnFail: true })] });
  const verdicts = judgeAfter(1, { elapsedMs: 2000, phase: "running" });
  expect(verdicts).toMatchObject({ iterations: [{ ok: true, abort: false }] });
});

test("everything wrong with the thresholds is said at once, before the run", () => {
  const registry = new Registry();
  registry.metric("orders", "counter");
  registry.metric("speed", "gauge");
  const { problems } = checkThresholds(
    {
      order: [on("count>1"), on("bad")],
      "orders{": [],
      orders: [on("p(95)<1"), on("count>0")],
      speed: [on("value<"), on("max<1")],
    },
    registry,
  );
  expect(problems).toEqual([
    'thresholds["order"]: Cannot find the metric "order": there are orders, speed',
    expect.stringContaining('thresholds["order"]: Cannot read the threshold "bad": expected'),
    expect.stringContaining('thresholds["orders{"]: Cannot read the metric "orders{"'),
    'thresholds["orders"]: Cannot take "p(95)" of a counter: it has count, rate',
    expect.stringContaining('thresholds["speed"]: Cannot read the threshold "value<": expected'),
    'thresholds["speed"]: Cannot take "max" of a gauge: it has value',
  ]);
});

function on(expression: string, settings: Partial<ThresholdSpec> = {}): ThresholdSpec {
  return { expression, abortOnFail: false, delayAbortEvalMs: 0, ...settings };
}

function run(specs: Readonly<Record<string, readonly ThresholdSpec[]>>) {
  const registry = new Registry();
  const { iterations } = builtinMetrics(registry);
  const { bound, problems } = checkThresholds(specs, registry);
  expect(problems).toEqual([]);
  return {
    judgeAfter: (count: number, moment: Moment) => {
      for (let index = 0; index < count; index += 1) iterations.add(1, untagged, index);
      return judge(bound, moment);
    },
  };
}
