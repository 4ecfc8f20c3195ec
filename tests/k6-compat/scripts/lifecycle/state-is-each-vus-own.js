import { Counter } from "k6/metrics";

const seen = new Counter("my_seen");
let count = 0;

export const options = {
  scenarios: { a: { executor: "per-vu-iterations", vus: 3, iterations: 4 } },
};
export default function () {
  count += 1;
  seen.add(count);
}
