import { expect, test } from "bun:test";
import { builtinMetrics, CheckTree, Registry, type TagSource } from "@breakwater/metrics";
import { checkThresholds } from "../verdict/check-thresholds.ts";
import { judge } from "../verdict/judge.ts";
import { type SummaryInput, toSummaryData } from "./summary-data.ts";
import { toSummaryExport } from "./summary-export.ts";

test("handleSummary gets what k6 gives it, key for key, and what is ours under one key", () => {
  const data = toSummaryData({ ...measured(), setup_data: { token: "abc" } });
  expect(JSON.parse(JSON.stringify(data))).toEqual({
    root_group: {
      name: "",
      path: "",
      id: "id of ",
      groups: [
        {
          name: "cart",
          path: "::cart",
          id: "id of ::cart",
          groups: [],
          checks: [
            {
              name: "has items",
              path: "::cart::has items",
              id: "id of ::cart::has items",
              passes: 1,
              fails: 1,
            },
          ],
        },
      ],
      checks: [],
    },
    options: { summaryTrendStats: ["avg", "p(99)", "count"], summaryTimeUnit: "", noColor: false },
    state: { isStdOutTTY: true, isStdErrTTY: false, testRunDurationMs: 2000 },
    metrics: {
      vus: { type: "gauge", contains: "default", values: { value: 3, min: 3, max: 5 } },
      iterations: {
        type: "counter",
        contains: "default",
        values: { count: 4, rate: 2 },
        thresholds: { "count>3": { ok: true }, "rate>=3": { ok: false } },
      },
      checks: { type: "rate", contains: "default", values: { rate: 0.5, passes: 1, fails: 1 } },
      http_req_duration: {
        type: "trend",
        contains: "time",
        values: { avg: 10, "p(99)": 10, count: 1 },
      },
      "http_reqs{name:a}": {
        type: "counter",
        contains: "default",
        values: { count: 0, rate: 0 },
        thresholds: { "count==0": { ok: true } },
      },
    },
    setup_data: { token: "abc" },
    breakwater: {
      histogramRelativeError: 1 / 1024,
      thresholdValues: {
        iterations: { "count>3": 4, "rate>=3": 2 },
        "http_reqs{name:a}": { "count==0": 0 },
      },
    },
  });
});

test("without a setup() there is no setup_data to be read", () => {
  const data = toSummaryData(measured());
  expect(Object.keys(data)).toContain("setup_data");
  expect(JSON.stringify(data)).not.toContain("setup_data");
  expect(JSON.stringify(toSummaryExport(data))).not.toContain("setup_data");
});

test("--summary-export is k6's: by name, a rate's share as value, true for a failed threshold", () => {
  const data = toSummaryData({ ...measured(), setup_data: null });
  expect(toSummaryExport(data)).toEqual({
    root_group: {
      name: "",
      path: "",
      id: "id of ",
      groups: {
        cart: {
          name: "cart",
          path: "::cart",
          id: "id of ::cart",
          groups: {},
          checks: {
            "has items": {
              name: "has items",
              path: "::cart::has items",
              id: "id of ::cart::has items",
              passes: 1,
              fails: 1,
            },
          },
        },
      },
      checks: {},
    },
    metrics: {
      vus: { value: 3, min: 3, max: 5 },
      iterations: { count: 4, rate: 2, thresholds: { "count>3": false, "rate>=3": true } },
      checks: { value: 0.5, passes: 1, fails: 1 },
      http_req_duration: { avg: 10, "p(99)": 10, count: 1 },
      "http_reqs{name:a}": { count: 0, rate: 0, thresholds: { "count==0": false } },
    },
    setup_data: null,
  });
});

function measured(): SummaryInput {
  const registry = new Registry();
  const { vus, iterations, checks, http_req_duration } = builtinMetrics(registry);
  const { bound } = checkThresholds(
    {
      iterations: [on("count>3"), on("rate>=3")],
      "http_reqs{name:a}": [on("count==0")],
    },
    registry,
  );
  const tree = new CheckTree({ maxNames: 10 });
  for (const passed of [true, false]) {
    tree.add("::cart", "has items", passed);
    checks.add(Number(passed), untagged, 0);
  }
  vus.add(5, untagged, 0);
  vus.add(3, untagged, 1);
  iterations.add(4, untagged, 0);
  http_req_duration.add(10, untagged, 0);
  return {
    registry,
    rootGroup: tree.toRootGroup((path) => `id of ${path}`),
    verdicts: judge(bound, { elapsedMs: 2000, phase: "end" }),
    options: { summaryTrendStats: ["avg", "p(99)", "count"], summaryTimeUnit: "", noColor: false },
    state: { isStdOutTTY: true, isStdErrTTY: false, testRunDurationMs: 2000 },
    setup_data: undefined,
  };
}

const untagged: TagSource = { tag: () => undefined, all: () => ({}) };

function on(expression: string) {
  return { expression, abortOnFail: false, delayAbortEvalMs: 0 };
}
