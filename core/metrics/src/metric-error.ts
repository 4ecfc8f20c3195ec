/** Why something asked of the metrics cannot be. Closed: each edge maps every code. */
export type MetricErrorCode =
  | "bad_name"
  | "bad_key"
  | "bad_threshold"
  | "bad_trend_stat"
  | "bad_value"
  | "type_conflict"
  | "unfit_aggregation"
  | "unknown_metric";

/** The only error that this package throws. */
export class MetricError extends Error {
  override readonly name = "MetricError";
  readonly code: MetricErrorCode;

  constructor(code: MetricErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
