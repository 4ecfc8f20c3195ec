// k6: --tag a=b

import { sleep } from "k6";
import exec from "k6/execution";
import { sorted } from "../imported/sorted.js";

export const options = {
  scenarios: { s: { executor: "constant-vus", vus: 1, duration: "1s", env: { A: "1" } } },
  thresholds: { iterations: ["count==1"] },
  hosts: { "a.test": "127.0.0.1" },
  dns: { ttl: "1m" },
};

export default function () {
  if (exec.scenario.iterationInTest === 0) console.log(sorted(exec.test.options));
  sleep(2);
}
