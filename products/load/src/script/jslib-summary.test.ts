import { describe, expect, test } from "bun:test";
import { loadLibrary } from "./testing/load-library.ts";

interface Library {
  textSummary(data: unknown, options?: object): string;
  jUnit(data: unknown, options?: object): string;
  humanizeValue(value: number, metric: object, timeUnit?: string): string;
}

const url = "https://jslib.k6.io/k6-summary/0.0.1/index.js";
const { textSummary, jUnit, humanizeValue } = await loadLibrary<Library>(url);

const check = (name: string, passes: number, fails: number) => ({ name, passes, fails });
const trend = (avg: number, max: number) => ({
  ...{ type: "trend", contains: "time", values: { avg, "p(95)": max, count: 7 } },
});

const data = {
  options: { summaryTrendStats: ["avg", "p(95)", "count"], summaryTimeUnit: "" },
  root_group: {
    name: "",
    checks: [check("is 200", 5, 0), check("is fast", 2, 1)],
    groups: [{ name: "login", checks: [check("has a token", 1, 0)], groups: [] }],
  },
  metrics: {
    vus: { type: "gauge", contains: "default", values: { value: 3, min: 1, max: 10 } },
    http_req_duration: { ...trend(12.345, 1234.5), thresholds: { "p(95)<500": { ok: false } } },
    "http_req_duration{expected_response:true}": trend(0.5, 65_000),
    checks: {
      ...{ type: "rate", contains: "default", values: { rate: 0.87654, passes: 8, fails: 1 } },
      thresholds: { "rate>0.5": { ok: true } },
    },
    data_sent: { type: "counter", contains: "data", values: { count: 123_456, rate: 999.4 } },
  },
};

test("the text has groups and checks, then metrics with their submetrics", () => {
  expect(textSummary(data, { indent: " ", enableColors: false })).toBe(
    `     ✓ is 200
     ✗ is fast
      ↳  66% — ✓ 2 / ✗ 1

     █ login

       ✓ has a token

   ✓ checks.........................: 87.65% ✓ 8     ✗ 1   \n\
     data_sent......................: 124 kB 999 B/s
   ✗ http_req_duration..............: avg=12.34ms p(95)=1.23s count=7
       { expected_response:true }...: avg=500µs   p(95)=1m5s  count=7
     vus............................: 3      min=1   max=10`,
  );
});

test("colours mark checks, values and thresholds", () => {
  const text = textSummary(data, { indent: "" });
  expect(text).toContain("\x1b[32m    ✓ is 200\x1b[0m");
  expect(text).toContain("\x1b[31m    ✗ is fast\n     ↳  66% — ✓ 2 / ✗ 1\x1b[0m");
  expect(text).toContain("\x1b[31m✗\x1b[0m http_req_duration\x1b[2m..............:\x1b[0m");
  expect(text).toContain("avg=\x1b[36m12.34ms\x1b[0m");
  expect(text).toContain("\x1b[36;2m✓ 8\x1b[0m");
});

const time = { type: "trend", contains: "time" };
const bytes = { type: "counter", contains: "data" };
test.each<[number, object, string | undefined, string]>([
  [0, time, undefined, "0s"],
  [0.0005, time, "", "500ns"],
  [0.12345, time, "", "123.45µs"],
  [1500, time, "", "1.5s"],
  [61_500, time, "", "1m1s"],
  [3_723_000, time, "", "1h2m3s"],
  [1500, time, "s", "1.50s"],
  [1.5, time, "us", "1500.00µs"],
  [9, bytes, "", "9 B"],
  [999, bytes, "", "999 B"],
  [1000, bytes, "", "1.0 kB"],
  [1_550_000, bytes, "", "1.6 MB"],
  [0.99999, { type: "rate", contains: "default" }, "", "99.99%"],
  [0.1234567, { type: "gauge", contains: "default" }, "", "0.123457"],
])("%p of %j in %p is %s", (value, metric, unit, wanted) => {
  expect(humanizeValue(value, metric, unit)).toBe(wanted);
});

describe("JUnit's XML", () => {
  test("has a case for each threshold", () => {
    expect(jUnit(data, { name: "a & b" })).toBe(
      `<?xml version="1.0"?>
<testsuites tests="2" failures="1">
<testsuite name="a &amp; b" tests="2" failures="1"><testcase name="http_req_duration - p(95)&lt;500"><failure message="failed, average value: 12.345, min value: undefined, mean value: undefined, max value: undefined"/></testcase>
<testcase name="checks - rate&gt;0.5" />
</testsuite >
</testsuites >`,
    );
  });
});
