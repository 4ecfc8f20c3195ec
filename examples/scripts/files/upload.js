// One file after the other from up to 100 users, for nearly five minutes.
//   bw run examples/scripts/files/upload.js -e FILE_SIZE_KB=50
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

const FOLDER = "stress-test-uploads/";
const latency = new Trend("upload_latency", true);
const content = textOfKb(Number(__ENV.FILE_SIZE_KB || 100));

export const options = {
  scenarios: {
    upload_stress: {
      executor: "ramping-vus",
      startVUs: 0,
      stages: stages([20, 5], [60, 20], [120, 50], [60, 100], [30, 0]),
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
  mustBeUp();
}

export default function () {
  const form = new FormData();
  form.append("file", http.file(content, `upload-${__VU}-${__ITER}.txt`, "text/plain"));
  form.append("path", FOLDER);
  const answer = http.post(`${base}/upload`, form.body(), {
    headers: { "Content-Type": `multipart/form-data; boundary=${form.boundary}` },
    timeout: "30s",
  });
  latency.add(answer.timings.duration);
  expect(answer, {
    "upload status 200": isOk,
    "upload success response": isSuccess,
    "upload time < 3s": faster(3000),
  });
  sleep(0.5);
}

export function teardown() {
  deleteFolder(FOLDER);
}

export const handleSummary = (data) => summary("upload", data);
