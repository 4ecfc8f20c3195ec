import { FormData } from "https://jslib.k6.io/formdata/0.0.2/index.js";
import { check, sleep } from "k6";
import http from "k6/http";
import { Rate, Trend } from "k6/metrics";

const errorRate = new Rate("errors");
const uploadLatency = new Trend("batch_upload_latency", true);
const downloadLatency = new Trend("batch_download_latency", true);
const BASE_URL = __ENV.BASE_URL || "http://localhost:8080";
const BATCH_SIZE = Number.parseInt(__ENV.BATCH_SIZE || "5");
const FILE_SIZE_KB = Number.parseInt(__ENV.FILE_SIZE_KB || "50");

export const options = {
  scenarios: {
    batch_stress: {
      executor: "ramping-vus",
      startVUs: 0,
      stages: [
        { duration: "300ms", target: 3 },
        { duration: "500ms", target: 0 },
      ],
      gracefulRampDown: "15s",
    },
  },
  thresholds: { http_req_duration: ["p(95)<5000", "p(99)<10000"], errors: ["rate<0.2"] },
};

export function setup() {
  check(http.get(`${BASE_URL}/ping`), { "server is up": (r) => r.status === 200 });
  return { content: "x".repeat(FILE_SIZE_KB * 1024) };
}

export default function (data) {
  const fd = new FormData();
  const names = [];
  for (let i = 0; i < BATCH_SIZE; i++) {
    const name = `batch-${__VU}-${__ITER}-${i}.txt`;
    names.push(name);
    fd.append("files", http.file(data.content, name, "text/plain"));
  }
  fd.append("path", `batch-stress-${__VU}/`);
  const uploadRes = http.post(`${BASE_URL}/batch-upload`, fd.body(), {
    headers: { "Content-Type": "multipart/form-data; boundary=" + fd.boundary },
    timeout: "60s",
  });
  uploadLatency.add(uploadRes.timings.duration);
  const uploaded = check(uploadRes, {
    "batch upload status 200": (r) => r.status === 200,
    "batch upload success": (r) => JSON.parse(r.body).status === "Success",
    "batch upload time < 10s": (r) => r.timings.duration < 10000,
  });
  errorRate.add(!uploaded);
  sleep(0.05);
  const downloadRes = http.post(`${BASE_URL}/batch-download`, JSON.stringify({ files: names }), {
    headers: { "Content-Type": "application/json" },
    timeout: "30s",
  });
  downloadLatency.add(downloadRes.timings.duration);
  check(downloadRes, {
    "batch download status 200": (r) => r.status === 200,
    "batch download success": (r) => JSON.parse(r.body).status === "Success",
    "batch download time < 5s": (r) => r.timings.duration < 5000,
  });
  sleep(0.05);
}

export function teardown() {
  for (let vu = 1; vu <= 3; vu++) {
    http.del(`${BASE_URL}/delete-folder`, JSON.stringify({ path: `batch-stress-${vu}/` }));
  }
}
