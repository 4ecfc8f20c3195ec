import exec from "k6/execution";

export default function () {
  console.log("runs");
}
export function teardown() {
  exec.test.abort();
  console.log("never");
}
