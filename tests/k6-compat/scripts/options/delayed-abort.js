import { sleep } from "k6";
import { Counter } from "k6/metrics";

const seen = new Counter("my_seen");

export const options = {
  duration: "3s",
  thresholds: { my_seen: [{ threshold: "count<1", abortOnFail: true, delayAbortEval: "10s" }] },
};

export default function () {
  seen.add(1);
  sleep(3.2);
  console.log("to the end");
}
