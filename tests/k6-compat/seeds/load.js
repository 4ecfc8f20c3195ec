import { check, sleep } from "k6";
import http from "k6/http";
import { Counter, Rate, Trend } from "k6/metrics";

const errorRate = new Rate("errors");
const latency = new Trend("latency", true);
const requests = new Counter("requests");
const BASE_URL = __ENV.BASE_URL || "http://localhost:8080";

export const options = {
  stages: [
    { duration: "300ms", target: 4 },
    { duration: "700ms", target: 8 },
    { duration: "200ms", target: 0 },
  ],
  thresholds: {
    "http_req_duration{endpoint:health}": ["p(95)<200"],
    "http_req_duration{endpoint:heavy}": ["p(95)<500"],
    http_req_duration: ["p(95)<200", "p(99)<500"],
    errors: ["rate<0.001"],
    http_req_failed: ["rate<0.001"],
  },
  summaryTrendStats: ["avg", "min", "med", "max", "p(90)", "p(95)", "p(99)"],
};

export function setup() {
  console.log(`Testing ${BASE_URL}`);
  return { startTime: Date.now() };
}

export default function () {
  const r = Math.random();
  requests.add(1);
  if (r < 0.4) {
    const res = http.get(`${BASE_URL}/health`, { tags: { endpoint: "health" } });
    check(res, { "health status is 200": (x) => x.status === 200 }) || errorRate.add(1);
    latency.add(res.timings.duration);
  } else if (r < 0.8) {
    const res = http.get(`${BASE_URL}/api/status`, { tags: { endpoint: "api" } });
    check(res, { "status is 200": (x) => x.status === 200 }) || errorRate.add(1);
  } else {
    const users = Array.from({ length: 100 }, (_, i) => ({ id: i, name: `User ${i}` }));
    const res = http.post(`${BASE_URL}/api/echo`, JSON.stringify({ users }), {
      headers: { "Content-Type": "application/json", Authorization: "Bearer fake" },
      tags: { endpoint: "heavy" },
      timeout: "10s",
    });
    check(res, {
      "echo status is 200": (x) => x.status === 200,
      "has echo": (x) => x.json("echo.users.#") === 100,
    }) || errorRate.add(1);
  }
  sleep(Math.random() * 0.1);
}

export function teardown(data) {
  console.log(`Took ${(Date.now() - data.startTime) / 1000 > 0}`);
}

export function handleSummary(data) {
  const summary = {
    total: data.metrics.http_reqs.values.count,
    p99: data.metrics.http_req_duration.values["p(99)"].toFixed(2),
    passed: !data.thresholds || Object.values(data.thresholds).every((t) => t.ok),
  };
  return { "summary.json": JSON.stringify(summary), stdout: `p99 ${summary.p99}\n` };
}
