import { sleep } from "k6";

const once = { executor: "shared-iterations", vus: 2, iterations: 4, exec: "shared" };
export const options = {
  scenarios: {
    a: once,
    b: { ...once, startTime: "100ms" },
    c: { executor: "per-vu-iterations", vus: 1, iterations: 3, exec: "own" },
  },
  thresholds: {
    "iterations{scenario:a}": ["count==4"],
    "iterations{scenario:b}": ["count==4"],
    "iterations{scenario:c}": ["count==3"],
  },
};
export function shared() {
  sleep(0.01);
}
export function own() {
  sleep(0.01);
}
