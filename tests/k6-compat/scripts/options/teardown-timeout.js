import { sleep } from "k6";

export const options = { teardownTimeout: "200ms" };

export default function () {
  console.log("done");
}
export function teardown() {
  sleep(5);
}
