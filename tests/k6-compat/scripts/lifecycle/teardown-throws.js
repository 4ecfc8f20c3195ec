export default function () {
  console.log("runs");
}
export function teardown() {
  throw new Error("in teardown");
}
