/** What a metric holds and how its values fold together; the names and meanings are k6's. */
export type MetricType = "counter" | "gauge" | "rate" | "trend";

/** What a value is, for printing: a plain number, milliseconds, or bytes. */
export type MetricContents = "default" | "time" | "data";

/** Tags as they are asked for: a sample that nobody filters never builds an object of them. */
export interface TagSource {
  /** `undefined` when the sample has no such tag. */
  tag(name: string): string | undefined;
  /** Every tag of the sample, for outputs that keep samples. */
  all(): Readonly<Record<string, string>>;
}

/**
 * One measured value on its way to whoever reports it: the narrow waist between everything that
 * measures and everything that reports. Arguments, not an object: this is called nine times a
 * request.
 *
 * `timeMs` is on the run's clock. Latencies are given twice where a due time is known: from the
 * moment the request started (`http_req_duration`) and from when it was due
 * (`http_req_due_duration`).
 */
export type SampleListener = (
  metric: { readonly name: string; readonly type: MetricType; readonly contains: MetricContents },
  value: number,
  tags: TagSource,
  timeMs: number,
) => void;
