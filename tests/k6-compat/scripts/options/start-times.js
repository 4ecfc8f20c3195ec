import exec from "k6/execution";

export const options = {
  scenarios: {
    late: {
      executor: "per-vu-iterations",
      startTime: "500ms",
      exec: "second",
      env: { WHO: "late" },
      tags: { part: "two" },
    },
    early: { executor: "shared-iterations", exec: "first", env: { WHO: "early" } },
  },
  thresholds: {
    "iterations{scenario:late}": ["count==1"],
    "iterations{part:two}": ["count==1"],
    "iterations{scenario:early}": ["count==1"],
  },
};

export function first() {
  console.log("first", __ENV.WHO, exec.scenario.name, exec.scenario.executor);
}

export function second() {
  console.log("second", __ENV.WHO, exec.scenario.name, exec.vu.metrics.tags.part);
}
