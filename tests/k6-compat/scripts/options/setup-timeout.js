import { sleep } from "k6";

export const options = { setupTimeout: "200ms" };

export function setup() {
  sleep(5);
}
export default function () {
  console.log("never");
}
export function teardown() {
  console.log("torn down");
}
