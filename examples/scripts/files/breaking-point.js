// More and more users, up to 5,000, who ask again as soon as they are answered: what breaks?
//   bw run examples/scripts/files/breaking-point.js -e ENDPOINT=ping     (or list)
import { check } from "k6";
import http from "k6/http";
import { Counter } from "k6/metrics";
import { base, errors, faster, isOk, stages, summary } from "./file-service.js";

const connectionErrors = new Counter("connection_errors");
const slowRequests = new Counter("slow_requests_over_2s");
const endpoint = __ENV.ENDPOINT || "ping";
const url = endpoint === "list" ? `${base}/list?path=stress-test/` : `${base}/${endpoint}`;

const climb = [200, 500, 1000, 2000, 3000, 4000, 5000];
const upTo = (limit, rate) => ({ threshold: `${limit}<${rate}`, abortOnFail: false });

export const options = {
  scenarios: {
    breaking_point: {
      executor: "ramping-vus",
      startVUs: 1,
      stages: stages(
        [30, 50],
        // 45 s up, 30 s there.
        ...climb.flatMap((users) => [
          [45, users],
          [30, users],
        ]),
        [60, 200],
        [30, 0],
      ),
      gracefulRampDown: "30s",
    },
  },
  thresholds: {
    http_req_duration: [upTo("p(95)", 2000), upTo("p(99)", 5000)],
    http_req_failed: [upTo("rate", 0.2)],
    errors: [upTo("rate", 0.2)],
  },
};

export function setup() {
  const { status } = http.get(`${base}/ping`, { timeout: "5s" });
  if (status !== 200) throw new Error(`${base} answers ${status}`);
}

export default function () {
  const answer = http.get(url, { timeout: "10s", tags: { endpoint, vus: __VU } });
  const passed = check(answer, {
    "status 200": isOk,
    "latency < 2s": faster(2000),
    "no connection error": (r) => r.error_code === 0,
  });
  errors.add(!passed);
  if (answer.error_code !== 0) connectionErrors.add(1);
  if (answer.timings.duration > 2000) slowRequests.add(1);
}

export function handleSummary(data) {
  const { http_reqs: requests, vus_max: users } = data.metrics;
  const rate = requests.values.rate.toFixed(0);
  return summary("breaking_point", data, `${users.values.max} users, ${rate} requests/s\n`);
}
