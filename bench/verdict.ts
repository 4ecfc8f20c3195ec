import { type Bench, type Goal, type Run, toFigure } from "./bench.ts";
import type { Entry } from "./run-bench.ts";

/** What the runs of one bench say. */
export interface Verdict {
  /** Undefined for a candidate that is missing or failed. */
  readonly medians: readonly (number | undefined)[];
  /**
   * The first candidate's figure over the second's, the median of the rounds. Not that of the
   * medians: the machine's speed changes more from round to round than within one.
   */
  readonly ratio: number | undefined;
  /** The first candidate's figure less the second's, the median of the rounds. */
  readonly difference: number | undefined;
  /** The smallest and the largest of a round. */
  readonly ratioRange: readonly [number, number] | undefined;
  readonly outcome: Outcome;
  /** Why the figures are not to be trusted; empty when all is well. */
  readonly doubts: readonly string[];
}

export type Outcome = "reached" | "not reached" | "not measured" | "for information";

export function judge(bench: Bench, entries: readonly Entry[], askedSeconds: number): Verdict {
  const figures = entries.map(({ runs, problem }) =>
    problem === undefined ? runs.map((run) => toFigure(bench.measure, run)) : [],
  );
  const medians = figures.map((all) => (all.length > 0 ? median(all) : undefined));
  const ratios = (figures[0] ?? []).flatMap((figure, round) => {
    const peer = figures[1]?.[round];
    return peer === undefined ? [] : [figure / peer];
  });
  const ratio = ratios.length > 0 ? median(ratios) : undefined;
  const differences = (figures[0] ?? []).flatMap((figure, round) => {
    const peer = figures[1]?.[round];
    return peer === undefined ? [] : [figure - peer];
  });
  const difference = differences.length > 0 ? median(differences) : undefined;
  const doubts = entries.flatMap((entry) => findDoubts(entry, bench.seconds ?? askedSeconds));
  const lost = entries[0]?.runs.some((run) => run.lost > 0);
  return {
    medians,
    ratio,
    difference,
    ratioRange: ratios.length > 0 ? [Math.min(...ratios), Math.max(...ratios)] : undefined,
    outcome: toOutcome({
      goal: bench.goal,
      value: { ratio, difference, value: medians[0], none: undefined }[bench.goal.kind],
      own: medians[0],
      isClean: doubts.length === 0 && !lost,
    }),
    doubts,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle - 0.5)]! + sorted[Math.floor(middle)]!) / 2;
}

interface Judged {
  readonly goal: Goal;
  readonly value: number | undefined;
  /** The candidate's median. */
  readonly own: number | undefined;
  readonly isClean: boolean;
}

function toOutcome({ goal, value, own, isClean }: Judged): Outcome {
  if (goal.kind === "none") return "for information";
  if (value === undefined) return "not measured";
  const { atLeast = -Infinity, atMost = Infinity } =
    goal.kind === "ratio" ? goal : { atMost: goal.atMost };
  const wanted = goal.kind === "ratio" ? (goal.valueAtLeast ?? 0) : 0;
  const isReached = value >= atLeast && value <= atMost && (own ?? 0) >= wanted;
  return isClean && isReached ? "reached" : "not reached";
}

/** No tool's count is believed unless the server's agrees, within 1 % and what was under way. */
function findDoubts({ label, connections, runs }: Entry, askedSeconds: number): string[] {
  return runs.flatMap((run, round) => {
    const who = `${label}, round ${round + 1}`;
    const doubts: string[] = [];
    if (run.seconds < askedSeconds * 0.99) {
      doubts.push(`${who}: counted over ${run.seconds.toFixed(2)} s of ${askedSeconds} s`);
    }
    if (isOff(run, connections)) {
      doubts.push(`${who}: counted ${run.requests} requests, the server ${run.served}`);
    }
    return doubts;
  });
}

function isOff({ requests, served }: Run, connections: number): boolean {
  return served !== undefined && Math.abs(served - requests) > served * 0.01 + connections;
}
