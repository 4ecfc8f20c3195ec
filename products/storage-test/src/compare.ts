import { formatBytes } from "@breakwater/units";
import type { OperationResult, PhaseResult, StorageResult } from "./result.ts";
import { StorageTestError } from "./storage-test-error.ts";

/** What one operation of a result is beside that of another. */
export interface OperationComparison {
  readonly phase: string;
  readonly operation: string;
  /** What is compared: MB/s, or operations/s where no bytes move. */
  readonly unit: "MB/s" | "operations/s";
  readonly before: number;
  readonly after: number;
  /** after / before. */
  readonly ratio: number;
  /** 95 %; undefined where one of them has too few full seconds to say. */
  readonly interval: readonly [low: number, high: number] | undefined;
}

export interface Comparison {
  /** What was set differently: "concurrency 5 → 10". */
  readonly differences: readonly string[];
  readonly operations: readonly OperationComparison[];
}

/**
 * Sets two results of the same kind beside each other. How sure the ratio is comes from a bootstrap
 * over seconds, taken in blocks because one second is like the next: 2,000 times both series are
 * drawn anew from their own blocks, and of the ratios the middle 95 % are kept.
 */
export function compareResults(before: StorageResult, after: StorageResult): Comparison {
  if (before.plan.test !== after.plan.test) {
    throw incomparable(`a test of ${before.plan.test} with one of ${after.plan.test}`);
  }
  if (before.plan.test === "sweep") {
    throw incomparable("two sweeps: repeat the recommended upload or download and compare these");
  }
  const operations = before.phases.flatMap((phase) => {
    const other = after.phases.find(({ name }) => name === phase.name);
    if (other === undefined) return [];
    if (other.objectBytes !== phase.objectBytes) {
      const sizes = `${formatBytes(phase.objectBytes)} with ${formatBytes(other.objectBytes)}`;
      throw incomparable(`objects of ${sizes} (${phase.name})`);
    }
    return comparePhases(phase, other);
  });
  if (operations.length === 0) {
    const names = [before, after].map(({ phases }) => phases.map(({ name }) => name).join(", "));
    throw incomparable(`what has no operation in common: ${names[0]} and ${names[1]}`);
  }
  return { differences: differences(before, after), operations };
}

export function comparisonText({ differences: different, operations }: Comparison): string {
  const lines = operations.map((each) => {
    const figures = `${each.before.toFixed(2)} → ${each.after.toFixed(2)} ${each.unit}`;
    return `${`${each.phase} ${each.operation}`.padEnd(26)}${figures}  ${verdict(each)}`;
  });
  const settings = different.length === 0 ? [] : [`Set differently: ${different.join("; ")}`, ""];
  return `${[...settings, ...lines].join("\n")}\n`;
}

function verdict({ ratio, interval }: OperationComparison): string {
  const factor = `× ${ratio.toFixed(3)}`;
  if (interval === undefined) {
    return `${factor}; too few seconds to say how sure that is (5 each are needed: --duration 30s)`;
  }
  const [low, high] = interval;
  const range = `${factor} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`;
  if (low > 1) return `${range}: faster`;
  return high < 1 ? `${range}: slower` : `${range}: no difference that shows`;
}

function comparePhases(before: PhaseResult, after: PhaseResult): readonly OperationComparison[] {
  return before.operations.flatMap((operation) => {
    const other = after.operations.find((each) => each.operation === operation.operation);
    if (other === undefined) return [];
    const movesBytes = operation.bytes > 0 && other.bytes > 0;
    const value = (each: OperationResult): number =>
      movesBytes ? each.mbPerSecond : each.operationsPerSecond;
    const series = (each: OperationResult): readonly number[] =>
      movesBytes ? each.perSecond.bytes : each.perSecond.operations;
    return [
      {
        phase: before.name,
        operation: operation.operation,
        unit: movesBytes ? "MB/s" : "operations/s",
        before: value(operation),
        after: value(other),
        ratio: value(other) / value(operation),
        interval: ratioInterval(series(operation), series(other)),
      } as const,
    ];
  });
}

/** Of mean(after) / mean(before), 95 %. */
export function ratioInterval(
  before: readonly number[],
  after: readonly number[],
): readonly [number, number] | undefined {
  if (before.length < MIN_SECONDS || after.length < MIN_SECONDS) return undefined;
  const random = fixedRandom();
  const ratios = Array.from({ length: RESAMPLES }, () => {
    const low = resampledMean(before, random);
    return low > 0 ? resampledMean(after, random) / low : Infinity;
  }).toSorted((a, b) => a - b);
  return [ratios[Math.floor(0.025 * RESAMPLES)]!, ratios[Math.ceil(0.975 * RESAMPLES) - 1]!];
}

const MIN_SECONDS = 5;
const RESAMPLES = 2000;
const BLOCK_SECONDS = 3;

/** Blocks that go round the end, so that every second is as likely. */
function resampledMean(series: readonly number[], random: () => number): number {
  let sum = 0;
  for (let taken = 0; taken < series.length; taken += BLOCK_SECONDS) {
    const from = Math.floor(random() * series.length);
    const length = Math.min(BLOCK_SECONDS, series.length - taken);
    for (let step = 0; step < length; step += 1) sum += series[(from + step) % series.length]!;
  }
  return sum / series.length;
}

/** The same for the same files: mulberry32. */
function fixedRandom(): () => number {
  let state = 0x5eed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

function differences(before: StorageResult, after: StorageResult): readonly string[] {
  const flat = ({ target, plan }: StorageResult): ReadonlyMap<string, string> =>
    new Map(
      Object.entries({ ...target, ...plan }).map(([name, value]) => [name, JSON.stringify(value)]),
    );
  const [old, now] = [flat(before), flat(after)];
  return [...old]
    .filter(([name, value]) => now.get(name) !== value)
    .map(([name, value]) => `${name} ${value} → ${now.get(name) ?? "nothing"}`);
}

function incomparable(what: string): StorageTestError {
  return new StorageTestError("incomparable", `Cannot compare ${what}`);
}
