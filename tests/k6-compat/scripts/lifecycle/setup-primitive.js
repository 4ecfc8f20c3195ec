export function setup() {
  return 0;
}
export default function (data) {
  console.log(data === 0);
}
export function teardown(data) {
  console.log(data === 0);
}
