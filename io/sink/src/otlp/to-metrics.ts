import type { StandingSeries } from "../series/series-table.ts";
import type { Sketch } from "../series/sketch.ts";
import type {
  HistogramDataPoint,
  KeyValue,
  LongBits,
  NumberDataPoint,
  OtlpMetric,
} from "./otlp-messages.ts";

/** AGGREGATION_TEMPORALITY_CUMULATIVE: values are since the start. */
const CUMULATIVE = 2;

/** OpenTelemetry's default for histograms: each bucket ends at its bound, the bound included. */
const bounds: readonly number[] = [
  0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000,
];

export interface OtlpMapping {
  readonly metricPrefix: string;
  /** Unix time in ms since when the values are counted. */
  readonly startMs: number;
  readonly nowMs: number;
}

/**
 * Series as OpenTelemetry has them, by metric: a counter is a sum, a rate a sum named
 * `<metric>.total` for what was zero and for what was not, a trend a histogram.
 */
export function toMetrics(
  series: readonly StandingSeries[],
  { metricPrefix, startMs, nowMs }: OtlpMapping,
): readonly OtlpMetric[] {
  const times = { startTimeUnixNano: toNanos(startMs), timeUnixNano: toNanos(nowMs) };
  const byName = Map.groupBy(series, ({ name, cell }) => `${name} ${cell.type}`);
  return [...byName.values()].map((list) => toMetric(list, metricPrefix, times));
}

function toMetric(list: readonly StandingSeries[], metricPrefix: string, times: Times): OtlpMetric {
  const { name, contains, cell } = list[0]!;
  const unit = contains === "time" ? "ms" : contains === "data" ? "By" : "";
  const fullName = `${metricPrefix}${name}`;
  const totals = { aggregationTemporality: CUMULATIVE, isMonotonic: true };
  switch (cell.type) {
    case "gauge":
      return { name: fullName, unit, gauge: { dataPoints: toPoints(list, times) } };
    case "counter":
      return { name: fullName, unit, sum: { dataPoints: toPoints(list, times), ...totals } };
    case "rate":
      return {
        name: `${fullName}.total`,
        unit: "",
        sum: { dataPoints: toPoints(list, times), ...totals },
      };
    case "trend": {
      const dataPoints = list.flatMap((one) => toHistogram(one, times));
      const histogram = { dataPoints, aggregationTemporality: CUMULATIVE };
      return { name: fullName, unit, histogram };
    }
  }
}

interface Times {
  readonly startTimeUnixNano: LongBits;
  readonly timeUnixNano: LongBits;
}

function toPoints(series: readonly StandingSeries[], times: Times): readonly NumberDataPoint[] {
  return series.flatMap((one) => toNumbers(one, times));
}

function toNumbers({ tags, cell }: StandingSeries, times: Times): NumberDataPoint[] {
  const attributes = tags.map(([key, value]) => toAttribute(key, value));
  switch (cell.type) {
    case "counter":
      return [{ attributes, ...times, asDouble: cell.total }];
    case "gauge":
      return [{ attributes, ...times, asDouble: cell.value }];
    case "rate": {
      const point = (condition: string, asInt: number): NumberDataPoint => {
        const all = [...attributes, toAttribute("condition", condition)];
        return { attributes: all, ...times, asInt };
      };
      const counts = [point("nonzero", cell.passes), point("zero", cell.total - cell.passes)];
      return counts.filter(({ asInt }) => asInt !== 0);
    }
    case "trend":
      return [];
  }
}

function toHistogram({ tags, cell }: StandingSeries, times: Times): HistogramDataPoint[] {
  if (cell.type !== "trend") return [];
  const { count, sum, min, max } = cell.sketch;
  const attributes = tags.map(([key, value]) => toAttribute(key, value));
  const bucketCounts = countBuckets(cell.sketch);
  return [{ attributes, ...times, count, sum, min, max, bucketCounts, explicitBounds: bounds }];
}

function countBuckets(sketch: Sketch): readonly number[] {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  sketch.eachBucket((edge, count) => {
    const place = bounds.findIndex((bound) => edge <= bound);
    counts[place === -1 ? bounds.length : place]! += count;
  });
  return counts;
}

export function toAttribute(key: string, stringValue: string): KeyValue {
  return { key, value: { stringValue } };
}

function toNanos(unixMs: number): LongBits {
  const nanos = BigInt(Math.floor(unixMs * 1000)) * 1000n;
  return { low: Number(nanos & 0xffffffffn), high: Number(nanos >> 32n) };
}
