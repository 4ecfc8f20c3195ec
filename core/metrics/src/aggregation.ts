import type { MetricType } from "./metric.ts";
import { MetricError } from "./metric-error.ts";
import type { Sink } from "./sink.ts";
import type { TrendSink } from "./trend-sink.ts";

/** One number out of a sink. */
export type Aggregation =
  | { readonly kind: "count" | "rate" | "value" | "avg" | "min" | "med" | "max" }
  | { readonly kind: "percentile"; readonly percent: number };

/** The value of an aggregation that fits the sink; all are 0 when the sink is empty. */
export function aggregate(sink: Sink, aggregation: Aggregation, elapsedMs: number): number {
  const { kind } = aggregation;
  if (sink.type === "counter" && kind === "count") return sink.total;
  if (sink.type === "counter" && kind === "rate") return sink.rate(elapsedMs);
  if (sink.type === "gauge" && kind === "value") return sink.value;
  if (sink.type === "rate" && kind === "rate") return sink.share;
  if (sink.type === "trend") return aggregateTrend(sink, aggregation);
  throw unfitAggregation(aggregation, sink.type);
}

/** What thresholds may ask of each type of metric, as k6 has it. */
export const aggregationsOf: Readonly<Record<MetricType, readonly Aggregation["kind"][]>> = {
  counter: ["count", "rate"],
  gauge: ["value"],
  rate: ["rate"],
  trend: ["avg", "min", "med", "max", "percentile"],
};

/** Reads one of k6's `summaryTrendStats`: what thresholds may ask of a trend, and "count". */
export function parseTrendStat(text: string): Aggregation {
  const [, kind, digits] = trendStat.exec(text) ?? [];
  const percent = Number(digits);
  if (digits !== undefined && percent <= 100) return { kind: "percentile", percent };
  if (kind !== undefined) return { kind: kind as "avg" };
  throw new MetricError(
    "bad_trend_stat",
    `Cannot show ${JSON.stringify(text)} of a trend: write avg, min, med, max, count or p(0) to p(100)`,
  );
}

export function printAggregation(aggregation: Aggregation): string {
  return aggregation.kind === "percentile" ? `p(${aggregation.percent})` : aggregation.kind;
}

export function unfitAggregation(aggregation: Aggregation, type: MetricType): MetricError {
  const fitting = aggregationsOf[type].map((kind) =>
    kind === "percentile" ? "p(0) to p(100)" : kind,
  );
  return new MetricError(
    "unfit_aggregation",
    `Cannot take "${printAggregation(aggregation)}" of a ${type}: it has ${fitting.join(", ")}`,
  );
}

const trendStat = /^(?:(avg|min|med|max|count)|p\((\d+(?:\.\d+)?)\))$/;

function aggregateTrend({ histogram }: TrendSink, aggregation: Aggregation): number {
  switch (aggregation.kind) {
    case "avg":
      return histogram.mean;
    case "min":
      return histogram.min;
    case "med":
      return histogram.quantile(0.5);
    case "max":
      return histogram.max;
    case "count":
      return histogram.count;
    case "percentile":
      return histogram.quantile(aggregation.percent / 100);
    default:
      throw unfitAggregation(aggregation, "trend");
  }
}
