import { evaluateThreshold } from "@breakwater/metrics";
import type { SeriesThresholds } from "./check-thresholds.ts";

/** How one threshold stands. */
export interface Verdict {
  readonly expression: string;
  readonly ok: boolean;
  /** What the metric came to. */
  readonly actual: number;
  /** The run is to be stopped for this. */
  readonly abort: boolean;
}

/** By the key of the options: a metric, or `metric{tag:value}`. */
export type Verdicts = Readonly<Record<string, readonly Verdict[]>>;

export interface Moment {
  /** Since the test's start. */
  readonly elapsedMs: number;
  /** While it runs, a metric without samples is not judged; at the end every threshold is. */
  readonly phase: "running" | "end";
}

/** Compares all that was measured since the start with the thresholds. */
export function judge(bound: readonly SeriesThresholds[], { elapsedMs, phase }: Moment): Verdicts {
  const judged = bound.filter(({ series }) => phase === "end" || !series.sink.isEmpty);
  return Object.fromEntries(
    judged.map(({ series, thresholds }) => [
      series.key,
      thresholds.map(({ expression, threshold, abortOnFail, delayAbortEvalMs }) => {
        const { ok, actual } = evaluateThreshold(threshold, series.sink, elapsedMs);
        const mayAbort = phase === "running" && abortOnFail && elapsedMs >= delayAbortEvalMs;
        return { expression: expression.trim(), ok, actual, abort: mayAbort && !ok };
      }),
    ]),
  );
}
