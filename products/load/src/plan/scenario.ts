/**
 * What every scenario has, whichever way it starts iterations. Times are ms from the test's start.
 */
export interface ScenarioBase {
  readonly name: string;
  readonly startTimeMs: number;
  readonly gracefulStopMs: number;
  /** The name of the exported function that an iteration calls. */
  readonly exec: string;
  readonly env: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** The scenario's `options.browser`: a page needs a browser, which k6/browser then starts. */
  readonly browser?: Readonly<Record<string, unknown>> | undefined;
}

/** The VUs take iterations from one common count. */
export interface SharedIterations extends ScenarioBase {
  readonly executor: "shared-iterations";
  readonly vus: number;
  readonly iterations: number;
  readonly maxDurationMs: number;
}

/** Each VU does as many. */
export interface PerVuIterations extends ScenarioBase {
  readonly executor: "per-vu-iterations";
  readonly vus: number;
  readonly iterations: number;
  readonly maxDurationMs: number;
}

/** So many VUs iterate for so long (a closed model: a slow target slows them). */
export interface ConstantVus extends ScenarioBase {
  readonly executor: "constant-vus";
  readonly vus: number;
  readonly durationMs: number;
}

export interface VuStage {
  readonly durationMs: number;
  readonly target: number;
}

/** The number of VUs goes in straight lines from stage to stage. */
export interface RampingVus extends ScenarioBase {
  readonly executor: "ramping-vus";
  readonly startVus: number;
  readonly stages: readonly VuStage[];
  readonly gracefulRampDownMs: number;
}

/** Iterations start at a steady rate, whether or not earlier ones are done (an open model). */
export interface ConstantArrivalRate extends ScenarioBase {
  readonly executor: "constant-arrival-rate";
  /** Iterations per `timeUnitMs`. */
  readonly rate: number;
  readonly timeUnitMs: number;
  readonly durationMs: number;
  readonly preAllocatedVus: number;
  readonly maxVus: number;
}

/** The rate of starts goes in straight lines from stage to stage. */
export interface RampingArrivalRate extends ScenarioBase {
  readonly executor: "ramping-arrival-rate";
  /** Iterations per `timeUnitMs`, as are the stages' targets. */
  readonly startRate: number;
  readonly timeUnitMs: number;
  readonly stages: readonly VuStage[];
  readonly preAllocatedVus: number;
  readonly maxVus: number;
}

export type Scenario =
  | SharedIterations
  | PerVuIterations
  | ConstantVus
  | RampingVus
  | ConstantArrivalRate
  | RampingArrivalRate;
