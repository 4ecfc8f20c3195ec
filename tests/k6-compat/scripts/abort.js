import exec from "k6/execution";

export const options = { vus: 1, iterations: 5 };

export default function () {
  console.log(`iteration ${exec.scenario.iterationInTest}`);
  if (exec.scenario.iterationInTest === 1) exec.test.abort("enough");
  console.log("went on");
}

export function teardown() {
  console.log("teardown");
}
