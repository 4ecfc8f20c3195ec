// How many answers a second, and how fast, with nothing behind them. Five minutes, up to 200 users.
//   DISABLE_RATE_LIMITER=true bw files
//   bw run examples/scripts/files/ping.js -e BASE_URL=http://localhost:8080
import { sleep } from "k6";
import http from "k6/http";
import { Trend } from "k6/metrics";
import { base, expect, faster, isOk, parsed, stages, summary } from "./file-service.js";

const latency = new Trend("request_latency", true);

export const options = {
  scenarios: {
    stress_test: {
      executor: "ramping-vus",
      startVUs: 0,
      stages: stages([30, 10], [60, 50], [120, 100], [60, 200], [30, 0]),
      gracefulRampDown: "10s",
    },
  },
  thresholds: {
    http_req_duration: ["p(95)<500", "p(99)<1000"],
    errors: ["rate<0.1"],
    http_req_failed: ["rate<0.1"],
  },
};

export default function () {
  const answer = http.get(`${base}/ping`);
  latency.add(answer.timings.duration);
  expect(answer, {
    "status is 200": isOk,
    "response has message": (r) => parsed(r).message !== undefined,
    "response time < 200ms": faster(200),
  });
  sleep(0.1);
}

export const handleSummary = (data) => summary("ping", data);
