import { check } from "k6";
import http from "k6/http";
import { Counter, Rate } from "k6/metrics";

const errorRate = new Rate("errors");
const connectionErrors = new Counter("connection_errors");
const slowRequests = new Counter("slow_requests_over_2s");
const BASE_URL = __ENV.BASE_URL || "http://localhost:8080";
const ENDPOINT = __ENV.ENDPOINT || "ping";

export const options = {
  scenarios: {
    breaking_point: {
      executor: "ramping-vus",
      startVUs: 1,
      stages: [
        { duration: "300ms", target: 50 },
        { duration: "500ms", target: 200 },
        { duration: "500ms", target: 200 },
        { duration: "200ms", target: 0 },
      ],
      gracefulRampDown: "30s",
    },
  },
  thresholds: {
    http_req_duration: [
      { threshold: "p(95)<2000", abortOnFail: false },
      { threshold: "p(99)<5000", abortOnFail: false },
    ],
    http_req_failed: [{ threshold: "rate<0.20", abortOnFail: false }],
    errors: [{ threshold: "rate<0.20", abortOnFail: false }],
  },
};

export function setup() {
  const res = http.get(`${BASE_URL}/ping`, { timeout: "5s" });
  if (res.status !== 200) throw new Error("Server not available");
  return { startTime: new Date().toISOString() };
}

export default function () {
  const url =
    ENDPOINT === "list" ? `${BASE_URL}/list?path=stress-test/` : `${BASE_URL}/${ENDPOINT}`;
  const res = http.get(url, { timeout: "10s", tags: { endpoint: ENDPOINT, vus: __VU } });
  const success = check(res, {
    "status 200": (r) => r.status === 200,
    "latency < 2s": (r) => r.timings.duration < 2000,
    "no connection error": (r) => r.error_code === 0,
  });
  if (!success) errorRate.add(1);
  else errorRate.add(0);
  if (res.error_code !== 0) connectionErrors.add(1);
  if (res.timings.duration > 2000) slowRequests.add(1);
}

export function handleSummary(data) {
  const { metrics } = data;
  const p99 = metrics.http_req_duration.values["p(99)"];
  const banner = `peak ${metrics.vus_max.values.max} VUs, p95 ${metrics.http_req_duration.values["p(95)"]}, p99 ${p99}\n`;
  return { stdout: banner, "breaking_point_results.json": JSON.stringify(data) };
}
