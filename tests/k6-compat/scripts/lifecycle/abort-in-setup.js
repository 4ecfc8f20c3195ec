import exec from "k6/execution";

export function setup() {
  exec.test.abort("in setup");
}
export default function () {
  console.log("never");
}
export function teardown() {
  console.log("torn down");
}
export function handleSummary() {
  console.log("summed up");
  return {};
}
