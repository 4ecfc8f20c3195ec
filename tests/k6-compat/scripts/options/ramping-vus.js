import { sleep } from "k6";

export const options = {
  scenarios: {
    a: {
      executor: "ramping-vus",
      startVUs: 0,
      stages: [
        { duration: 0, target: 2 },
        { duration: "1s", target: 2 },
      ],
      gracefulRampDown: "2s",
    },
  },
};

export default function () {
  sleep(0.4);
}
