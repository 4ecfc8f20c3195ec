// k6: --no-setup --no-teardown
export function setup() {
  console.log("never");
}
export default function (data) {
  console.log(data);
}
export function teardown() {
  console.log("never");
}
