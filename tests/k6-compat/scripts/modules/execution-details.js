import exec from "k6/execution";
import { sorted } from "../imported/sorted.js";

export const options = { iterations: 2, tags: { run: "tag" } };

const tries = {
  vu: () => exec.vu.idInTest,
  instance: () => exec.instance.vusActive,
  test: () => exec.test.options.iterations,
};
const inInit = Object.entries(tries).map(([name, attempt]) => {
  try {
    return `${name} ${attempt()}`;
  } catch (error) {
    return `${name} refused`;
  }
});
let early;
try {
  early = exec.scenario.name;
} catch (error) {
  early = "refused";
}
export function setup() {
  console.log("setup", exec.vu.idInTest, exec.instance.iterationsCompleted);
  try {
    console.log(exec.scenario.name);
  } catch (error) {
    console.log("no scenario in setup");
  }
}
export default function () {
  if (__ITER === 0) {
    for (const line of inInit) console.log(line);
    console.log(early);
  }
  console.log(exec.instance.iterationsCompleted, exec.instance.currentTestRunDuration >= 0);
  console.log(sorted(exec.vu.metrics.tags), sorted(exec.vu.metrics.metadata));
  exec.vu.metrics.tags.number = 5;
  exec.vu.metrics.tags.yes = true;
  exec.vu.metrics.metadata.trace = "abc";
  console.log(
    exec.vu.metrics.tags.number,
    typeof exec.vu.metrics.tags.yes,
    exec.vu.metrics.metadata.trace,
  );
  delete exec.vu.metrics.tags.number;
  console.log("number" in exec.vu.metrics.tags, exec.vu.tags.yes);
  for (const wrong of [
    () => {
      exec.vu.metrics.tags.o = {};
    },
    () => {
      exec.vu.metrics.tags = 5;
    },
    () => {
      exec.test.options.vus = 5;
    },
    () => {
      exec.vu.idInTest = 5;
    },
  ]) {
    try {
      wrong();
      console.log("set", exec.vu.idInTest);
    } catch (error) {
      console.log("refused");
    }
  }
}
