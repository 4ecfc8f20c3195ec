import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { builtinMetrics, CheckTree, Registry, type TagSource } from "@breakwater/metrics";
import type { ThresholdSpec } from "../plan/options.ts";
import { checkThresholds } from "../verdict/check-thresholds.ts";
import { judge } from "../verdict/judge.ts";
import { type SummaryData, toSummaryData } from "./summary-data.ts";
import { textSummary } from "./text-summary.ts";

const plain = { mode: "compact", colors: false } as const;
const precision = "\n\n\n  med, p(90), p(95) are within 0.1 % of the exact values\n";

test("from the data that k6 hands out it makes the text that k6 prints", async () => {
  const fixture = (name: string) => Bun.file(join(import.meta.dir, "fixtures", name));
  const data: SummaryData = await fixture("k6-summary-data.json").json();
  const want = await fixture("k6-summary.txt").text();
  const got = textSummary(data, { mode: "full", colors: false });
  expect(got.replace(precision, "").trim()).toBe(want.trim());
});

test("a run of an open model: latency from when requests were due is beside k6's", () => {
  const { metrics, text } = run();
  metrics.http_reqs.add(1, untagged, 0);
  metrics.http_req_duration.add(4, untagged, 0);
  metrics.http_req_due_duration.add(1000, untagged, 0);
  metrics.iteration_start_lag.add(996, untagged, 0);
  metrics.dropped_iterations.add(3, untagged, 0);
  metrics.data_sent.add(1_234_567, untagged, 0);
  expect(text(plain)).toBe(`
  █ TOTAL RESULTS

    HTTP
    http_req_duration.......: avg=4ms   min=4ms   med=4ms   max=4ms   p(90)=4ms   p(95)=4ms
    http_reqs...............: 1      0.1/s

    OPEN MODEL
    http_req_due_duration...: avg=1s    min=1s    med=1s    max=1s    p(90)=1s    p(95)=1s
    iteration_start_lag.....: avg=996ms min=996ms med=996ms max=996ms p(90)=996ms p(95)=996ms

    EXECUTION
    dropped_iterations......: 3      0.3/s

    NETWORK
    data_sent...............: 1.2 MB 123 kB/s${precision}`);
});

test("thresholds come first, a submetric's under its metric's", () => {
  const { metrics, text } = run({
    "http_reqs{name:a}": [on("count==0")],
    http_reqs: [on("count>1"), on(" rate < 5 ")],
    "checks{kind:x}": [on("rate>0.9")],
  });
  metrics.http_reqs.add(1, untagged, 0);
  expect(text(plain)).toBe(`
  █ THRESHOLDS

    checks{kind:x}
    ✓ 'rate>0.9' rate=0.00%

    http_reqs
    ✗ 'count>1' count=1
    ✓ 'rate < 5' rate=0.1/s

      {name:a}
      ✓ 'count==0' count=0


  █ TOTAL RESULTS

    HTTP
    http_reqs......: 1 0.1/s
      { name:a }...: 0 0/s
`);
});

test("checks are listed with how often each failed, those of one name together", () => {
  const { metrics, checks, text } = run();
  for (const [path, name, passed] of [
    ["", "is up", true],
    ["::cart", "has items", true],
    ["::cart", "has items", false],
    ["::cart::pay", "has items", true],
    ["::cart::pay", "is paid", false],
  ] as const) {
    checks.add(path, name, passed);
    metrics.checks.add(Number(passed), untagged, 0);
  }
  expect(text(plain)).toBe(`
  █ TOTAL RESULTS

    checks_total.......: 5      0.5/s
    checks_succeeded...: 60.00% 3 out of 5
    checks_failed......: 40.00% 2 out of 5

    ✓ is up
    ✗ has items
      ↳  66% — ✓ 2 / ✗ 1
    ✗ is paid
      ↳  0% — ✓ 0 / ✗ 1
`);
});

describe("compact and full", () => {
  const parts = ["blocked", "looking_up", "connecting", "sending", "waiting", "receiving"] as const;
  test.each(parts)("http_req_%s is shown in full mode alone", (part) => {
    const { metrics, text } = run();
    metrics[`http_req_${part}`].add(1, untagged, 0);
    expect(text(plain)).not.toContain(part);
    expect(text({ mode: "full", colors: false })).toContain(`http_req_${part}...: avg=1ms`);
  });
});

test("the stats and the unit that the options ask for are shown", () => {
  const { metrics, text } = run(
    {},
    { summaryTrendStats: ["max", "count", "p(99.9)"], summaryTimeUnit: "s" },
  );
  metrics.http_req_duration.add(1500, untagged, 0);
  expect(text(plain)).toContain("http_req_duration...: max=1.50s count=1 p(99.9)=1.50s\n");
  expect(text(plain)).toEndWith("\n  p(99.9) are within 0.1 % of the exact values\n");
});

test("nothing was measured: the summary says no more than that", () => {
  expect(run().text(plain)).toBe("\n  █ TOTAL RESULTS\n");
});

test("colours change nothing but the colours", () => {
  const { metrics, checks, text } = run({ http_reqs: [on("count>1")] });
  metrics.http_reqs.add(1, untagged, 0);
  metrics.checks.add(0, untagged, 0);
  metrics.http_req_duration.add(1, untagged, 0);
  checks.add("", "is up", false);
  const colored = text({ mode: "full", colors: true });
  expect(colored).toContain("\u001b[31m✗ is up\u001b[0m");
  expect(Bun.stripANSI(colored)).toBe(text({ mode: "full", colors: false }));
});

const untagged: TagSource = { tag: () => undefined, all: () => ({}) };

const on = (expression: string): ThresholdSpec => ({
  expression,
  abortOnFail: false,
  delayAbortEvalMs: 0,
});

/** A run of 10 s: measure into it, then ask for its text. */
function run(
  thresholds: Readonly<Record<string, readonly ThresholdSpec[]>> = {},
  options: Partial<SummaryData["options"]> = {},
) {
  const registry = new Registry();
  const metrics = builtinMetrics(registry);
  const checks = new CheckTree({ maxNames: 100 });
  const { bound } = checkThresholds(thresholds, registry);
  const text = (how: Parameters<typeof textSummary>[1]) => {
    const data = toSummaryData({
      registry,
      rootGroup: checks.toRootGroup((path) => path),
      verdicts: judge(bound, { elapsedMs: 10_000, phase: "end" }),
      options: {
        summaryTrendStats: ["avg", "min", "med", "max", "p(90)", "p(95)"],
        summaryTimeUnit: "",
        noColor: true,
        ...options,
      },
      state: { isStdOutTTY: false, isStdErrTTY: false, testRunDurationMs: 10_000 },
      setup_data: undefined,
    });
    return textSummary(data, how);
  };
  return { metrics, checks, text };
}
