import { knownFailures } from "./known-failures.ts";
import type { PhaseResult, ScenarioResult } from "./result.ts";
import type { Scenario } from "./scenario.ts";

/** What the suite looks at. */
export type Measure =
  | "goodPerSecond"
  | "shedShare"
  | "falseShedShare"
  | "p50Ms"
  | "p99Ms"
  | "meanLimit"
  /** Of the run, whatever the phase; never is Infinity. */
  | "recoveryMs";

/** A range, both ends in it, for one measure of one phase ("whole run" is one too). */
export interface Expectation {
  readonly phase: string;
  readonly measure: Measure;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A scenario, and what is to be expected of those who run in it. */
export interface SuiteScenario extends Scenario {
  /** The phase that the table shows. */
  readonly shown: string;
  /** What a limiter that does its work keeps to. */
  readonly healthy: readonly Expectation[];
  /** What the default must reach beyond that. */
  readonly goals: readonly Expectation[];
}

/** What this contestant has to meet. */
export function expectationsOf(scenario: SuiteScenario, contestant: string): Expectation[] {
  const known = knownFailures(contestant, scenario.name);
  const goals = contestant === DEFAULT ? scenario.goals : [];
  const healthy = scenario.healthy.filter((each) => !known.some((other) => isOfSame(each, other)));
  return [...healthy, ...goals, ...known];
}

/** Whose goals are the scenario's. */
export const DEFAULT = "defaultAlgorithm()";

export function isOfSame(one: Expectation, other: Expectation): boolean {
  return one.phase === other.phase && one.measure === other.measure;
}

/** Throws a TypeError when the scenario has no such phase. */
export function phaseOf(result: ScenarioResult, name: string): PhaseResult {
  const phase = [result.whole, ...result.phases].find((each) => each.name === name);
  if (phase === undefined) throw new TypeError(`${result.scenario} has no phase "${name}"`);
  return phase;
}

export function measured(result: ScenarioResult, { phase, measure }: Expectation): number {
  if (measure === "recoveryMs") return result.recoveryMs ?? Number.POSITIVE_INFINITY;
  return phaseOf(result, phase)[measure];
}

export function isMet(value: number, { atLeast, atMost }: Expectation): boolean {
  return (
    value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY)
  );
}

/** Nothing when it is met, otherwise a sentence. */
export function shortfall(result: ScenarioResult, expected: Expectation): string | undefined {
  const value = measured(result, expected);
  if (isMet(value, expected)) return undefined;
  const { phase, measure, atLeast = "-∞", atMost = "∞" } = expected;
  return `${result.scenario}: ${measure} of "${phase}" is ${value}, not within ${atLeast} and ${atMost}`;
}
