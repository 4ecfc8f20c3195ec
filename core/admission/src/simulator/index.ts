export {
  type Arrivals,
  type ClosedArrivals,
  type OpenArrivals,
  type RateStage,
  steady,
} from "./arrivals.ts";
export type { Period } from "./checks.ts";
export type { Backoff, ClientModel, Retries, RetryBudget } from "./clients.ts";
export type { Distribution, Part } from "./distribution.ts";
export { EventQueue } from "./event-queue.ts";
export type { Expectation, Measure, SuiteScenario } from "./expectation.ts";
export { type Random, seededRandom } from "./random.ts";
export type { PhaseResult, ScenarioResult, Second } from "./result.ts";
export { type LimiterParts, type RunOptions, runScenario } from "./run-scenario.ts";
export type { Phase, Scenario, Traffic } from "./scenario.ts";
export { scenarios } from "./scenarios.ts";
export type { ColdStart, Knee, ServerModel, Slowdown } from "./server.ts";
