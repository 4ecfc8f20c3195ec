import type { LimitAlgorithm } from "../algorithm.ts";
import { aimd } from "../algorithms/aimd.ts";
import { fixed } from "../algorithms/fixed.ts";
import { gradient2 } from "../algorithms/gradient2.ts";
import { vegas } from "../algorithms/vegas.ts";
import { concurrencyLimiter } from "../concurrency-limiter.ts";
import { defaultAlgorithm } from "../default-algorithm.ts";
import { windowed } from "../windowed.ts";
import { DEFAULT, type SuiteScenario } from "./expectation.ts";
import type { Random } from "./random.ts";
import type { ScenarioResult } from "./result.ts";
import { runScenario } from "./run-scenario.ts";
import { scenarios } from "./scenarios.ts";
import type { TableRow } from "./table.ts";

/** Who runs in every scenario, by the code that makes it. */
export interface Contestant {
  readonly name: string;
  readonly algorithm: (random: Random) => LimitAlgorithm;
}

/** All at their defaults; the right fixed limit for ten workers, and one that is none. */
export const contestants: readonly Contestant[] = [
  { name: DEFAULT, algorithm: (random) => defaultAlgorithm({ random }) },
  { name: "fixed(12)", algorithm: () => fixed(12) },
  { name: "fixed(1000)", algorithm: () => fixed(1000) },
  { name: "aimd()", algorithm: () => aimd() },
  { name: "vegas()", algorithm: (random) => vegas({ random }) },
  { name: "windowed(vegas())", algorithm: (random) => windowed(vegas({ random })) },
  { name: "gradient2()", algorithm: () => gradient2() },
  { name: "windowed(gradient2())", algorithm: () => windowed(gradient2()) },
];

/** Every contestant, in that order, in every scenario, without a queue in the limiter. */
export async function runSuite({ seed }: { readonly seed: number }): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for (const scenario of scenarios) {
    const results: ScenarioResult[] = [];
    for (const contestant of contestants) {
      results.push(await runContestant(scenario, contestant, seed));
    }
    rows.push({ scenario, results });
  }
  return rows;
}

export function runContestant(
  scenario: SuiteScenario,
  { name, algorithm }: Contestant,
  seed: number,
): Promise<ScenarioResult> {
  return runScenario({
    scenario,
    limiter: ({ clock, random }) => {
      return concurrencyLimiter({ name, algorithm: algorithm(random), clock, mode: "enforce" });
    },
    ...{ seed, maxEvents: 1e6 },
  });
}
