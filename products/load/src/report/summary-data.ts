import {
  type GroupResult,
  HISTOGRAM_RELATIVE_ERROR,
  type MetricContents,
  type MetricType,
  type Registry,
} from "@breakwater/metrics";
import type { SummaryTimeUnit } from "@breakwater/units";
import type { Verdicts } from "../verdict/judge.ts";
import { sinkValues } from "./summary-groups.ts";

/** What k6 hands to `handleSummary(data)`, key for key, and one key of ours. */
export interface SummaryData {
  readonly root_group: GroupResult;
  readonly options: {
    readonly summaryTrendStats: readonly string[];
    readonly summaryTimeUnit: SummaryTimeUnit | "";
    readonly noColor: boolean;
  };
  readonly state: {
    readonly isStdOutTTY: boolean;
    readonly isStdErrTTY: boolean;
    readonly testRunDurationMs: number;
  };
  /** Those with samples or thresholds. */
  readonly metrics: Readonly<Record<string, SummaryMetric>>;
  /** What `setup()` returned; undefined when there was none. */
  readonly setup_data: unknown;
  readonly breakwater: {
    /** By how much, at most, a percentile may differ from the exact one. */
    readonly histogramRelativeError: number;
    /** By metric and expression: what the metric came to. */
    readonly thresholdValues: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
}

export interface SummaryMetric {
  readonly type: MetricType;
  readonly contains: MetricContents;
  /** counter: count, rate; gauge: value, min, max; rate: rate, passes, fails; trend: the stats. */
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
}

export interface SummaryInput extends Pick<SummaryData, "options" | "state" | "setup_data"> {
  readonly registry: Registry;
  readonly rootGroup: GroupResult;
  readonly verdicts: Verdicts;
}

export function toSummaryData(input: SummaryInput): SummaryData {
  const { registry, rootGroup, verdicts, options, state, setup_data } = input;
  const { summaryTrendStats } = options;
  const elapsedMs = state.testRunDurationMs;
  const shown = [...registry.series()].filter(({ key, sink }) => !sink.isEmpty || verdicts[key]);
  const metrics = shown.map(({ key, type, contains, sink }): [string, SummaryMetric] => {
    const values = sinkValues(sink, { summaryTrendStats, elapsedMs });
    const thresholds = verdicts[key]?.map(({ expression, ok }) => [expression, { ok }] as const);
    const metric = { type, contains, values };
    return [key, thresholds ? { ...metric, thresholds: Object.fromEntries(thresholds) } : metric];
  });
  const actuals = Object.entries(verdicts).map(([key, list]) => {
    return [key, Object.fromEntries(list.map(({ expression, actual }) => [expression, actual]))];
  });
  return {
    root_group: rootGroup,
    options,
    state,
    metrics: Object.fromEntries(metrics),
    setup_data,
    breakwater: {
      histogramRelativeError: HISTOGRAM_RELATIVE_ERROR,
      thresholdValues: Object.fromEntries(actuals),
    },
  };
}
