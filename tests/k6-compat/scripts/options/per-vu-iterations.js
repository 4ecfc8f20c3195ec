import exec from "k6/execution";
import { Counter } from "k6/metrics";

const byVu = new Counter("my_iterations_of_vu");

export const options = {
  scenarios: { a: { executor: "per-vu-iterations", vus: 3, iterations: 2 } },
  thresholds: {
    "my_iterations_of_vu{vu_id:1}": ["count==2"],
    "my_iterations_of_vu{vu_id:3}": ["count==2"],
    "my_iterations_of_vu{vu_id:4}": ["count==0"],
  },
};

export default function () {
  byVu.add(1, { vu_id: exec.vu.idInTest });
}
