// Several files in one form, then the links of them all in one answer: up to 50 users.
//   bw run examples/scripts/files/batch.js -e BATCH_SIZE=5 -e FILE_SIZE_KB=50
import { FormData } from "https://jslib.k6.io/formdata/0.0.2/index.js";
import { sleep } from "k6";
import http from "k6/http";
import { Trend } from "k6/metrics";
import {
  base,
  deleteFolder,
  expect,
  faster,
  isOk,
  isSuccess,
  mustBeUp,
  stages,
  summary,
  textOfKb,
} from "./file-service.js";

const MAX_USERS = 50;
const uploadLatency = new Trend("batch_upload_latency", true);
const downloadLatency = new Trend("batch_download_latency", true);
const content = textOfKb(Number(__ENV.FILE_SIZE_KB || 50));
const names = Array.from({ length: Number(__ENV.BATCH_SIZE || 5) }, (_, index) => `${index}.txt`);
const folderOf = (user) => `batch-stress-${user}/`;

export const options = {
  scenarios: {
    batch_stress: {
      executor: "ramping-vus",
      startVUs: 0,
      stages: stages([20, 3], [60, 10], [120, 25], [60, MAX_USERS], [30, 0]),
      gracefulRampDown: "15s",
    },
  },
  thresholds: {
    http_req_duration: ["p(95)<5000", "p(99)<10000"],
    errors: ["rate<0.2"],
    http_req_failed: ["rate<0.2"],
  },
};

export function setup() {
  mustBeUp();
}

export default function () {
  const folder = folderOf(__VU);
  const form = new FormData();
  for (const name of names) form.append("files", http.file(content, name, "text/plain"));
  form.append("path", folder);
  const uploaded = http.post(`${base}/batch-upload`, form.body(), {
    headers: { "Content-Type": `multipart/form-data; boundary=${form.boundary}` },
    timeout: "60s",
  });
  uploadLatency.add(uploaded.timings.duration);
  expect(uploaded, {
    "batch upload status 200": isOk,
    "batch upload success": isSuccess,
    "batch upload time < 10s": faster(10_000),
  });
  sleep(0.5);

  const paths = JSON.stringify({ paths: names.map((name) => folder + name) });
  const downloaded = http.post(`${base}/batch-download`, paths, {
    headers: { "Content-Type": "application/json" },
    timeout: "30s",
  });
  downloadLatency.add(downloaded.timings.duration);
  expect(downloaded, {
    "batch download status 200": isOk,
    "batch download success": isSuccess,
    "batch download time < 5s": faster(5000),
  });
  sleep(0.5);
}

export function teardown() {
  for (let user = 1; user <= MAX_USERS; user += 1) deleteFolder(folderOf(user));
}

export const handleSummary = (data) => summary("batch", data);
