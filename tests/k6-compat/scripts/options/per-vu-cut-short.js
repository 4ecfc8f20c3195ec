import { sleep } from "k6";

export const options = {
  scenarios: {
    a: { executor: "per-vu-iterations", vus: 2, iterations: 5, maxDuration: "1s" },
  },
};

export default function () {
  sleep(0.4);
}
