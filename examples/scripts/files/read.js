// Look into a folder, ask for the link of a file there, list the folders: up to 300 users.
//   bw run examples/scripts/files/read.js -e TEST_FOLDER=photos/
import { FormData } from "https://jslib.k6.io/formdata/0.0.2/index.js";
import { sleep } from "k6";
import http from "k6/http";
import { Trend } from "k6/metrics";
import { base, expect, faster, isOk, parsed, stages, summary } from "./file-service.js";

const listLatency = new Trend("list_latency", true);
const downloadLatency = new Trend("download_latency", true);
const folder = encodeURIComponent(__ENV.TEST_FOLDER || "");

export const options = {
  scenarios: {
    read_stress: {
      executor: "ramping-vus",
      startVUs: 0,
      stages: stages([20, 10], [60, 50], [120, 150], [60, 300], [30, 0]),
      gracefulRampDown: "10s",
    },
  },
  thresholds: {
    http_req_duration: ["p(95)<1000", "p(99)<3000"],
    errors: ["rate<0.1"],
    http_req_failed: ["rate<0.1"],
  },
};

/** A folder without a file gets one: else there would be nothing to ask the link of. */
export function setup() {
  if (firstFile(list()) !== undefined) return { added: undefined };
  const form = new FormData();
  form.append("file", http.file("Hello, world\n", "read-test.txt", "text/plain"));
  form.append("path", __ENV.TEST_FOLDER || "");
  http.post(`${base}/upload`, form.body(), {
    headers: { "Content-Type": `multipart/form-data; boundary=${form.boundary}` },
  });
  return { added: firstFile(list())?.name };
}

export default function () {
  const listed = list();
  listLatency.add(listed.timings.duration);
  expect(listed, {
    "list status 200": isOk,
    "list has data": (r) => !!parsed(r).data,
    "list time < 500ms": faster(500),
  });
  const file = firstFile(listed);
  if (file !== undefined) {
    const answer = http.get(`${base}/download?path=${encodeURIComponent(file.name)}`);
    downloadLatency.add(answer.timings.duration);
    expect(answer, {
      "download status 200": isOk,
      "download has url": (r) => !!parsed(r).data?.url,
      "download time < 1s": faster(1000),
    });
  }
  expect(http.get(`${base}/list-folders?path=${folder}`), {
    "folders status 200": isOk,
    "folders time < 500ms": faster(500),
  });
  sleep(0.2);
}

export function teardown({ added }) {
  if (added) http.del(`${base}/delete?path=${encodeURIComponent(added)}`);
}

export const handleSummary = (data) => summary("read", data);

function list() {
  return http.get(`${base}/list?path=${folder}&pageSize=10`);
}

/** The listing lies one level down: data.data. */
function firstFile(answer) {
  const { data } = parsed(answer).data || {};
  return (data || []).find(({ isFolder }) => !isFolder);
}
