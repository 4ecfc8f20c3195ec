export type { ExecutorContext, ScenarioProgress, ScenarioRun } from "./executor.ts";
export { runScenario } from "./run-scenario.ts";
export { vusNeeded } from "./vus-needed.ts";
