// Orders at a rate that does not depend on the answers (an open model), beside a few who look on.
//   bw run examples/scripts/k6/orders-at-a-rate.js -e TARGET=http://localhost:8080
import { check, sleep } from "k6";
import { SharedArray } from "k6/data";
import exec from "k6/execution";
import http from "k6/http";

const half = __ENV.HALF || "5s";
const orders = new SharedArray("orders", () => JSON.parse(open("./orders.json")));

export const options = {
  scenarios: {
    ordering: {
      executor: "ramping-arrival-rate",
      exec: "order",
      startRate: 50,
      timeUnit: "1s",
      preAllocatedVUs: 20,
      maxVUs: 100,
      stages: [
        { duration: half, target: 200 },
        { duration: half, target: 200 },
      ],
    },
    watching: {
      executor: "constant-vus",
      exec: "watch",
      vus: 2,
      duration: half,
      startTime: half,
      tags: { kind: "watcher" },
    },
  },
  thresholds: {
    dropped_iterations: ["count<10"],
    "http_req_duration{scenario:ordering}": [
      { threshold: "p(99)<1000", abortOnFail: true, delayAbortEval: "2s" },
    ],
    "http_req_failed{kind:watcher}": ["rate==0"],
  },
};

export function order() {
  // Each order in turn, whichever virtual user makes it.
  const next = orders[exec.scenario.iterationInTest % orders.length];
  const answer = http.post(`${__ENV.TARGET}/orders`, JSON.stringify(next));
  check(answer, { "the order was taken": (r) => r.status === 200 });
}

export function watch() {
  const { status } = http.get(http.url`${__ENV.TARGET}/delay/${10 + exec.vu.iterationInInstance}`);
  if (status !== 200) exec.test.abort(`the shop answered ${status}`);
  sleep(0.1);
}
