// k6: --stage 0s:2 --stage 1s:2
import { sleep } from "k6";

export default function () {
  sleep(0.4);
}

export function handleSummary({ metrics }) {
  console.log(metrics.iterations.values.count > 3);
  return {};
}
