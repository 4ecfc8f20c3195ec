import { FormData } from "https://jslib.k6.io/formdata/0.0.2/index.js";
import { textSummary } from "https://jslib.k6.io/k6-summary/0.0.1/index.js";
import { check, sleep } from "k6";
import http from "k6/http";
import { Rate, Trend } from "k6/metrics";

const errorRate = new Rate("errors");
const uploadLatency = new Trend("upload_latency", true);
const BASE_URL = __ENV.BASE_URL || "http://localhost:8080";
const FILE_SIZE_KB = Number.parseInt(__ENV.FILE_SIZE_KB || "100");

export const options = {
  scenarios: {
    upload_stress: {
      executor: "ramping-vus",
      startVUs: 0,
      stages: [
        { duration: "300ms", target: 3 },
        { duration: "1s", target: 5 },
        { duration: "200ms", target: 0 },
      ],
      gracefulRampDown: "10s",
    },
  },
  thresholds: {
    http_req_duration: ["p(95)<2000", "p(99)<5000"],
    errors: ["rate<0.15"],
    http_req_failed: ["rate<0.15"],
  },
};

export function setup() {
  const res = http.get(`${BASE_URL}/ping`);
  check(res, { "server is up": (r) => r.status === 200 });
  let content = "";
  while (content.length < FILE_SIZE_KB * 1024) content += "0123456789abcdef";
  return { content, size: FILE_SIZE_KB };
}

export default function (data) {
  const fd = new FormData();
  const filename = `upload-${__VU}-${__ITER}.txt`;
  fd.append("file", http.file(data.content, filename, "text/plain"));
  fd.append("path", "stress-test-uploads/");
  const res = http.post(`${BASE_URL}/upload`, fd.body(), {
    headers: { "Content-Type": `multipart/form-data; boundary=${fd.boundary}` },
    timeout: "60s",
  });
  uploadLatency.add(res.timings.duration);
  const success = check(res, {
    "upload status 200": (r) => r.status === 200,
    "upload success response": (r) => {
      try {
        return JSON.parse(r.body).status === "Success";
      } catch (e) {
        return false;
      }
    },
    "upload time < 3s": (r) => r.timings.duration < 3000,
  });
  errorRate.add(!success);
  sleep(0.05);
}

export function teardown() {
  http.del(`${BASE_URL}/delete-folder`, JSON.stringify({ path: "stress-test-uploads/" }), {
    headers: { "Content-Type": "application/json" },
  });
}

export function handleSummary(data) {
  return {
    stdout: textSummary(data, { indent: " ", enableColors: true }),
    "upload_results.json": JSON.stringify(data, null, 2),
  };
}
