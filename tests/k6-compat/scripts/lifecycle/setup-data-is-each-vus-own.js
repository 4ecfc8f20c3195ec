export const options = {
  scenarios: { a: { executor: "per-vu-iterations", vus: 2, iterations: 2 } },
};
export function setup() {
  return { n: 0 };
}
export default function (data) {
  data.n += __VU > 0 ? 1 : 0;
  console.log(data.n <= 2);
}
export function teardown(data) {
  console.log(data.n);
}
