import type { MetricContents, MetricType, SampleListener, TagSource } from "@breakwater/metrics";

/** Tags as a sample has them, without a VU behind them. */
export function tagged(tags: Readonly<Record<string, string>>): TagSource {
  return { tag: (name) => tags[name], all: () => tags };
}

type MetricOf = Parameters<SampleListener>[0];

export function metricOf(
  name: string,
  type: MetricType,
  contains: MetricContents = "default",
): MetricOf {
  return { name, type, contains };
}

export const duration: MetricOf = metricOf("http_req_duration", "trend", "time");
export const requests: MetricOf = metricOf("http_reqs", "counter");
export const checks: MetricOf = metricOf("checks", "rate");
export const vus: MetricOf = metricOf("vus", "gauge");
