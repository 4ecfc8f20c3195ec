console.log(`top level ${__VU} ${typeof __ITER}`);
export const options = { iterations: 2 };
export function setup() {
  console.log("setup", __VU, typeof __ITER);
}
export default function () {
  console.log("default", __VU, __ITER);
}
export function teardown() {
  console.log("teardown", __VU, typeof __ITER);
}
export function handleSummary() {
  console.log("summary", __VU);
  return {};
}
