export type { ExecutorContext, ScenarioProgress, ScenarioRun } from "./executor.ts";
export { runScenario } from "./run-scenario.ts";
export { type ScenarioTimes, scenarioTimes } from "./scenario-times.ts";
export { vusNeeded } from "./vus-needed.ts";
