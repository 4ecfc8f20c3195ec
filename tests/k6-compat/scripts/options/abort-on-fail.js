import { sleep } from "k6";
import { Rate } from "k6/metrics";

const failed = new Rate("my_failed");

export const options = {
  scenarios: { a: { executor: "constant-vus", vus: 1, duration: "20s", gracefulStop: "0s" } },
  thresholds: { my_failed: [{ threshold: "rate<0.5", abortOnFail: true }] },
};

export default function () {
  failed.add(true);
  sleep(30);
}

export function teardown() {
  console.log("torn down");
}
