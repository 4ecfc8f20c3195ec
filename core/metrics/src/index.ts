export {
  type Aggregation,
  aggregate,
  aggregationsOf,
  parseTrendStat,
  printAggregation,
  unfitAggregation,
} from "./aggregation.ts";
export { type BuiltinMetrics, type BuiltinName, builtinMetrics, builtins } from "./builtins.ts";
export { type CheckResult, type CheckSnapshot, CheckTree, type GroupResult } from "./check-tree.ts";
export { HISTOGRAM_RELATIVE_ERROR, Histogram, type HistogramSnapshot } from "./histogram.ts";
export type { MetricContents, MetricType, SampleListener, TagSource } from "./metric.ts";
export { MetricError, type MetricErrorCode } from "./metric-error.ts";
export { Registry, type RegistrySnapshot, type SeriesSnapshot } from "./registry.ts";
export type { Metric, Series } from "./series.ts";
export type { Sink, SinkSnapshot } from "./sink.ts";
export { parseSubmetricKey, type SubmetricKey } from "./submetric-key.ts";
export {
  evaluateThreshold,
  parseThreshold,
  printThreshold,
  type Threshold,
  type ThresholdOperator,
  type ThresholdResult,
} from "./threshold.ts";
