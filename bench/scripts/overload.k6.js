import http from "k6/http";
import { Counter } from "k6/metrics";

// Clients that come at a rate, whatever the answers, and wait for a second: half of what the
// service can do at its peak, then so many times it.
const inTime = new Counter("in_time");
const half = Number(__ENV.PEAK) / 2;
const over = Number(__ENV.PEAK) * Number(__ENV.TIMES);
const [calm, surge, steady] = __ENV.SECONDS.split(",").map(Number);
const at = (rate, startTime, duration) => ({
  executor: "constant-arrival-rate",
  rate: Math.round(rate * 10),
  timeUnit: "10s",
  startTime: `${startTime}s`,
  duration: `${duration}s`,
  // One for each that may be waiting.
  preAllocatedVUs: Math.ceil(rate * 1.4) + 50,
  gracefulStop: "2s",
});
const statuses = [200, 429, 503, 500, 502, 504, 0];

export const options = {
  scenarios: {
    half: at(half, 0, calm),
    surge: at(over, calm, surge),
    steady: at(over, calm + surge, steady),
  },
  summaryTrendStats: ["med", "p(95)", "p(99)", "max", "count"],
  // Submetrics are reported for what has a threshold; these always hold.
  thresholds: Object.fromEntries(
    ["half", "surge", "steady"].flatMap((scenario) => [
      [`http_req_duration{scenario:${scenario},status:200}`, ["max>=0"]],
      [`in_time{scenario:${scenario}}`, ["count>=0"]],
      ...statuses.map((status) => [
        `http_reqs{scenario:${scenario},status:${status}}`,
        ["count>=0"],
      ]),
    ]),
  ),
};

export default function () {
  const { status, timings } = http.get(`${__ENV.TARGET}/work`, { timeout: "1s" });
  if (status === 200 && timings.duration <= Number(__ENV.IN_TIME_MS)) inTime.add(1);
}
