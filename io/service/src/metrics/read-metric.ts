import type { Metric } from "prom-client";

/** One value of a metric at a scrape. */
export interface Reading {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string | number>>;
  /** Of a histogram's parts: "…_bucket", "…_sum", "…_count". */
  readonly metricName?: string;
}

export interface ReadMetricOptions {
  readonly type: "counter" | "gauge" | "histogram";
  readonly name: string;
  readonly help: string;
  /** Called at each scrape; no values where there is nothing to measure. */
  readonly read: () => readonly Reading[];
}

/** A metric for prom-client's registry that is read at a scrape, so that counting costs nothing. */
export function readMetric({ type, name, help, read }: ReadMetricOptions): Metric {
  const get = (): Promise<unknown> =>
    Promise.resolve({ name, help, type, aggregator: "sum", values: read() });
  // What a registry uses of its metrics is their name and get().
  return { name, help, type, get, reset: () => {} } as unknown as Metric;
}

/** Counts of values by upper bound. Bounds are few, so looking one by one is the quickest. */
export class BucketCounts {
  readonly bounds: readonly number[];
  /** By the first bound that is not below the value; the last is beyond all. */
  readonly #counts: Float64Array;
  #sum = 0;
  #count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  add(value: number): void {
    const { bounds } = this;
    let place = 0;
    while (place < bounds.length && value > bounds[place]!) place += 1;
    this.#counts[place]! += 1;
    this.#sum += value;
    this.#count += 1;
  }

  /** As a histogram's values, whose buckets hold those below them as well. */
  readings(name: string, labels: Readonly<Record<string, string>> = {}): Reading[] {
    let sofar = 0;
    const buckets = [...this.bounds, "+Inf"].map((le, place): Reading => {
      sofar += this.#counts[place]!;
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: sofar };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: this.#count },
    ];
  }
}
