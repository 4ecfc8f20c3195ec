import { check } from "k6";
import http from "k6/http";
import { sorted } from "./imported/sorted.js";

export const options = {
  vus: 2,
  iterations: 4,
  thresholds: { checks: ["rate==1"], "http_reqs{kind:a}": ["count<1"] },
};

export function setup() {
  check(http.get(`${__ENV.HTTP}/json`), { "server is up": (r) => r.status === 200 });
  console.log(`setup ${__VU}`);
  return { token: "t", list: [1, { a: null }] };
}

export default function (data) {
  data.list.push(__ITER);
  http.get(`${__ENV.HTTP}/get`, { tags: { kind: "a" } });
}

export function teardown(data) {
  console.log(`teardown ${sorted(data)}`);
}

export function handleSummary(data) {
  const names = Object.keys(data)
    .filter((name) => name !== "breakwater")
    .sort();
  console.log(names.join());
  console.log(sorted(data.root_group));
  console.log(sorted(data.metrics.http_reqs.type), data.metrics.http_reqs.values.count);
  console.log(sorted(data.metrics.checks));
  console.log(sorted(data.options));
  console.log(sorted(data.setup_data));
  return { stdout: "done\n" };
}
