import { expect, test } from "bun:test";
import { builtinMetrics, CheckTree, Registry } from "@breakwater/metrics";
import { emptyTags } from "../measure/sample-tags.ts";
import { toMachineSummary } from "./machine-summary.ts";
import { toSummaryData } from "./summary-data.ts";

const state = { isStdOutTTY: false, isStdErrTTY: false, testRunDurationMs: 1500 };

function summaryOf(registry: Registry, checks: CheckTree) {
  return toSummaryData({
    registry,
    rootGroup: checks.toRootGroup((path) => path),
    verdicts: {},
    options: { summaryTrendStats: ["avg", "p(90)", "p(99)"], summaryTimeUnit: "", noColor: true },
    state,
    setup_data: undefined,
  });
}

const options = {
  script: "export default () => {};",
  generatedAt: new Date(Date.UTC(2026, 0, 1)),
  k6Version: "2.2.0",
} as const;

test("it has the shape that k6 2.2 writes", () => {
  const registry = new Registry();
  const metrics = builtinMetrics(registry);
  const checks = new CheckTree({ maxNames: 10 });
  metrics.http_reqs.add(3, emptyTags, 0);
  metrics.http_req_duration.add(10, emptyTags, 0);
  metrics.http_req_blocked.add(10, emptyTags, 0);
  metrics.http_req_failed.add(1, emptyTags, 0);
  metrics.vus.add(2, emptyTags, 0);
  for (const [group, passed] of [
    ["", true],
    ["::g", false],
    ["::g", true],
  ] as const) {
    metrics.checks.add(Number(passed), emptyTags, 0);
    checks.add(group, "ok", passed);
  }
  const summary = toMachineSummary(summaryOf(registry, checks), { ...options, mode: "compact" });
  const metric = (name: string, type: string, contains: string, values: object) => {
    return { name, type, contains, values };
  };
  expect(summary).toEqual({
    version: "1.0.0",
    metadata: { generated_at: "2026-01-01T00:00:00.000Z", k6_version: "2.2.0" },
    config: { script: "export default () => {};", duration: 1.5, execution: "local" },
    results: {
      checks: {
        metrics: [
          metric("checks_total", "counter", "default", { count: 3 }),
          metric("checks_failed", "rate", "default", { matches: 1, total: 3, rate: 1 / 3 }),
          metric("checks_succeeded", "rate", "default", { matches: 2, total: 3, rate: 2 / 3 }),
        ] as typeof summary.results.metrics,
        results: [{ name: "ok", passes: 2, fails: 1 }],
      },
      metrics: [
        metric("vus", "gauge", "default", { value: 2, min: 2, max: 2 }),
        metric("http_reqs", "counter", "default", { count: 3 }),
        metric("http_req_failed", "rate", "default", { matches: 1, total: 1, rate: 1 }),
        metric("http_req_duration", "trend", "time", { avg: 10, p90: 10 }),
      ] as typeof summary.results.metrics,
    },
  });
});

test("without checks there are none, and the full mode has the parts of a request's time", () => {
  const registry = new Registry();
  builtinMetrics(registry).http_req_blocked.add(1, emptyTags, 0);
  const data = summaryOf(registry, new CheckTree({ maxNames: 10 }));
  const { results } = toMachineSummary(data, { ...options, mode: "full" });
  expect(results).not.toHaveProperty("checks");
  expect(results.metrics.map(({ name }) => name)).toEqual(["http_req_blocked"]);
});
