import { sleep } from "k6";

export const options = {
  scenarios: { a: { executor: "constant-vus", vus: 1, duration: "100ms" } },
};

export default function () {
  console.log("never");
  sleep(10);
}
