import exec from "k6/execution";

export const options = {
  scenarios: {
    first: {
      executor: "per-vu-iterations",
      vus: 1,
      iterations: 2,
      tags: { s: "1" },
      env: { WHO: "one" },
    },
    second: {
      executor: "shared-iterations",
      exec: "other",
      startTime: "300ms",
      env: { WHO: "two" },
    },
  },
  thresholds: { "iterations{mine:yes}": ["count>=1"] },
};

export default function () {
  const { name, executor, iterationInTest, iterationInInstance, progress, startTime } =
    exec.scenario;
  console.log(
    name,
    executor,
    iterationInTest,
    iterationInInstance,
    typeof progress,
    Date.now() - startTime < 5000,
  );
  const { idInTest, idInInstance, iterationInInstance: inInstance, iterationInScenario } = exec.vu;
  console.log(idInTest > 0, idInInstance > 0, inInstance, iterationInScenario, __ENV.WHO);
  exec.vu.metrics.tags.mine = "yes";
  console.log(exec.vu.metrics.tags.mine, exec.vu.tags.scenario, exec.vu.metrics.tags.none);
  console.log(
    exec.instance.vusActive,
    exec.instance.vusInitialized,
    exec.instance.iterationsInterrupted,
  );
  console.log(exec.test.options.scenarios.first.vus, Object.isFrozen(exec.test.options));
}

export function other() {
  console.log(exec.scenario.name, __ENV.WHO, exec.vu.iterationInScenario);
}
