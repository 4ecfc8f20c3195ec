import type { LimitAlgorithm } from "../algorithm.ts";
import { aimd } from "../algorithms/aimd.ts";
import { fixed } from "../algorithms/fixed.ts";
import { gradient2 } from "../algorithms/gradient2.ts";
import { vegas } from "../algorithms/vegas.ts";
import { concurrencyLimiter } from "../concurrency-limiter.ts";
import { defaultAlgorithm } from "../default-algorithm.ts";
import type { QueueOptions } from "../queue/queue-options.ts";
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
  /** Of the limiter. */
  readonly queue?: QueueOptions | undefined;
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

const long = { maxSize: 1000, maxWaitMs: 5000 };
const codel = { targetMs: 20, intervalMs: 100 };
const queue = (name: string, options?: QueueOptions): Contestant => {
  return { name, algorithm: () => fixed(12), queue: options };
};

/** The right limit, and what may wait for it. */
export const queues: readonly Contestant[] = [
  queue("no queue"),
  queue("fifo", { ...long, order: "fifo" }),
  queue("lifo", { ...long, order: "lifo" }),
  queue("adaptive-lifo", { ...long, order: "adaptive-lifo" }),
  queue("fifo, 50 at most", { ...long, maxSize: 50, order: "fifo" }),
  queue("fifo with codel", { ...long, order: "fifo", codel }),
  queue("adaptive-lifo with codel", { ...long, order: "adaptive-lifo", codel }),
];

/** In which a queue matters the most. */
export const queueScenarios: readonly SuiteScenario[] = scenarios.filter(({ name }) => {
  return name === "2× overload" || name === "retry storm";
});

/** Every contestant, in that order, in every scenario. */
export async function runSuite({ seed }: { readonly seed: number }): Promise<TableRow[]> {
  return run(scenarios, contestants, seed);
}

export async function runQueues({ seed }: { readonly seed: number }): Promise<TableRow[]> {
  return run(queueScenarios, queues, seed);
}

async function run(
  among: readonly SuiteScenario[],
  all: readonly Contestant[],
  seed: number,
): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for (const scenario of among) {
    const results: ScenarioResult[] = [];
    for (const contestant of all) results.push(await runContestant(scenario, contestant, seed));
    rows.push({ scenario, results });
  }
  return rows;
}

export function runContestant(
  scenario: SuiteScenario,
  { name, algorithm: make, queue }: Contestant,
  seed: number,
): Promise<ScenarioResult> {
  return runScenario({
    scenario,
    limiter: ({ clock, random }) => {
      const algorithm = make(random);
      return concurrencyLimiter({ name, algorithm, clock, queue, mode: "enforce" });
    },
    ...{ seed, maxEvents: 1e6 },
  });
}
