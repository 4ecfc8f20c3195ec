import {
  aggregationsOf,
  MetricError,
  parseThreshold,
  type Registry,
  type Series,
  type Threshold,
  unfitAggregation,
} from "@breakwater/metrics";
import type { ThresholdSpec } from "../plan/options.ts";

/** A threshold that can be judged: its metric is there and has what it asks for. */
export interface BoundThreshold extends ThresholdSpec {
  readonly threshold: Threshold;
}

/** The thresholds on one key of the options: a metric, or `metric{tag:value}`. */
export interface SeriesThresholds {
  readonly series: Series;
  readonly thresholds: readonly BoundThreshold[];
}

export interface CheckedThresholds {
  readonly bound: readonly SeriesThresholds[];
  /** One sentence for each threshold that cannot be judged; the run must not start with any. */
  readonly problems: readonly string[];
}

/**
 * Finds the metric of each threshold, once the script has made its own. Submetrics are made: from
 * here on their samples are folded apart, so each worker calls this, too, before it starts.
 */
export function checkThresholds(
  specs: Readonly<Record<string, readonly ThresholdSpec[]>>,
  registry: Registry,
): CheckedThresholds {
  const problems: string[] = [];
  const bound: SeriesThresholds[] = [];
  for (const [key, list] of Object.entries(specs)) {
    const series = attempt(problems, key, () => registry.submetric(key));
    const thresholds = list.flatMap((spec) => {
      const threshold = attempt(problems, key, () => parseFitting(spec.expression, series));
      return threshold === undefined ? [] : [{ ...spec, threshold }];
    });
    if (series !== undefined) bound.push({ series, thresholds });
  }
  return { bound, problems };
}

function parseFitting(expression: string, series: Series | undefined): Threshold {
  const threshold = parseThreshold(expression);
  const { aggregation } = threshold;
  if (series === undefined || aggregationsOf[series.type].includes(aggregation.kind)) {
    return threshold;
  }
  throw unfitAggregation(aggregation, series.type);
}

function attempt<T>(problems: string[], key: string, make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof MetricError)) throw error;
    problems.push(`thresholds[${JSON.stringify(key)}]: ${error.message}`);
    return undefined;
  }
}
