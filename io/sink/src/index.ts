export { appendLines, writeLines } from "./append-lines.ts";
export type { MetricLine } from "./json/json-sink.ts";
export {
  type Folded,
  openSampling,
  openSeriesSinks,
  type Sampling,
  type SamplingPlan,
  samplingPlan,
  writeHeads,
} from "./open-sinks.ts";
export { type OutputSources, type Outputs, parseOutputs } from "./outputs.ts";
export { type Cell, cellSnapshot, emptyCell, mergeCell } from "./series/cell.ts";
export type { SeriesBatch } from "./series/series-fold.ts";
export type { SeriesSink } from "./series/series-sink.ts";
export { SeriesTable, type StandingSeries } from "./series/series-table.ts";
export { trendStat } from "./series/trend-stat.ts";
export type { SinkIo } from "./sink.ts";
export { SinkError, type SinkErrorCode } from "./sink-error.ts";
export { unwritable } from "./unwritable.ts";
