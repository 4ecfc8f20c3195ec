// k6: --stage 0s:2,1s:2
import { sleep } from "k6";
import exec from "k6/execution";

export default function () {
  if (__VU === 1 && __ITER === 0) console.log(exec.scenario.executor, exec.scenario.name);
  sleep(0.4);
}

export function handleSummary({ metrics }) {
  console.log(metrics.iterations.values.count > 2);
  return {};
}
