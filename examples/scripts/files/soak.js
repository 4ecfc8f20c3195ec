// Twenty users for a quarter of an hour: does anything grow?
//   bw run examples/scripts/files/soak.js
import { sleep } from "k6";
import http from "k6/http";
import { base, expect, faster, isOk, seconds, summary } from "./file-service.js";

const paths = ["/ping", "/list?path=&pageSize=10", "/list-folders?path="];

export const options = {
  scenarios: { soak_test: { executor: "constant-vus", vus: 20, duration: seconds(900) } },
  thresholds: {
    http_req_duration: ["p(95)<500"],
    errors: ["rate<0.05"],
    http_req_failed: ["rate<0.05"],
  },
};

export default function () {
  const path = paths[Math.floor(Math.random() * paths.length)];
  expect(http.get(base + path), {
    "status is 200": isOk,
    "response time < 300ms": faster(300),
  });
  sleep(0.5);
}

export const handleSummary = (data) => summary("soak", data);
