import type { MetricContents } from "@breakwater/metrics";
import { formatBytes, formatDuration, type SummaryTimeUnit } from "@breakwater/units";

/** Writes a metric's value as k6's summary does: by what the metric contains. */
export function formatValue(
  value: number,
  contains: MetricContents,
  timeUnit: SummaryTimeUnit | "",
): string {
  switch (contains) {
    case "time":
      return timeUnit === "" ? formatDuration(value) : formatDuration(value, timeUnit);
    case "data":
      return formatBytes(value);
    case "default":
      return formatNumber(value);
  }
}

/** Six decimals, less the zeros at their end. */
export function formatNumber(value: number): string {
  return String(Number(value.toFixed(6)));
}

/** Two decimals, cut and not rounded: 99.999 % is not all. */
export function formatPercent(share: number): string {
  // 0.57 · 10,000 is a hair below 5,700 in doubles.
  return `${(Math.trunc(share * 10_000 + 1e-6) / 100).toFixed(2)}%`;
}
