import exec from "k6/execution";

export const options = { iterations: 2 };

export default function () {
  if (__ITER === 0) exec.test.fail("marked");
  console.log("goes on");
}
export function handleSummary() {
  console.log("summed up");
  return {};
}
