import exec from "k6/execution";

export function setup() {
  exec.test.fail("in setup");
}
export default function () {
  console.log("runs");
}
