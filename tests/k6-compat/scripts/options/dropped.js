import { sleep } from "k6";

export const options = {
  scenarios: {
    a: {
      executor: "constant-arrival-rate",
      rate: 10,
      duration: "1050ms",
      preAllocatedVUs: 1,
    },
  },
};

export default function () {
  sleep(0.35);
}
