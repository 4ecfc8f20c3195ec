import type { MetricContents, MetricType, SampleListener } from "./metric.ts";
import { MetricError } from "./metric-error.ts";
import { Metric, type Outlet, type Series } from "./series.ts";
import { type SinkSnapshot, tryMergeSink } from "./sink.ts";
import { parseSubmetricKey } from "./submetric-key.ts";

/** What a registry took in since its last drain, for JSON. */
export type RegistrySnapshot = readonly SeriesSnapshot[];

export interface SeriesSnapshot {
  readonly key: string;
  readonly type: MetricType;
  readonly contains: MetricContents;
  /** `null` when there was nothing: the series is only made known. */
  readonly values: SinkSnapshot | null;
}

/**
 * All metrics of a run, each folded as it comes.
 *
 * A worker drains its registry every second and the coordinator merges that into its own: memory
 * depends on how many series were asked for, not on how long the run is or how many tags its
 * samples have.
 */
export class Registry {
  readonly #metrics = new Map<string, Metric>();
  readonly #series = new Map<string, Series>();
  /** Those that a drain has told of. */
  readonly #announced = new Set<Series>();
  readonly #outlet: Outlet = { listener: undefined };

  /** Makes the metric, or gives the one there is; one of another type is refused. */
  metric(name: string, type: MetricType, contains: MetricContents = "default"): Metric {
    const known = this.#metrics.get(name);
    if (known === undefined) return this.#make(name, type, contains);
    if (known.type === type && known.contains === contains) return known;
    throw new MetricError(
      "type_conflict",
      `Cannot make the metric "${name}" a ${describe(type, contains)}: it is a ${describe(known.type, known.contains)} already; use another name`,
    );
  }

  /**
   * Folds apart the samples that match, from now on. A key without tags gives the metric itself.
   */
  submetric(key: string): Series {
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const { metric: name, tags } = parseSubmetricKey(key);
    const metric = this.#metrics.get(name);
    if (metric === undefined) {
      throw new MetricError(
        "unknown_metric",
        `Cannot find the metric "${name}": there are ${this.metricNames().join(", ")}`,
      );
    }
    const series = metric.split(key, tags);
    this.#series.set(key, series);
    return series;
  }

  /** What a key names, if it has been made. */
  tryGet(key: string): Series | undefined {
    return this.#series.get(key);
  }

  /** Metrics and submetrics in the order they were made. */
  series(): Iterable<Series> {
    return this.#series.values();
  }

  metricNames(): readonly string[] {
    return [...this.#metrics.keys()];
  }

  /** Also hands every sample to `listener`; `undefined` ends that. */
  listen(listener: SampleListener | undefined): void {
    this.#outlet.listener = listener;
  }

  /** Whether somebody wants each sample, and so its exact time. */
  get isListenedTo(): boolean {
    return this.#outlet.listener !== undefined;
  }

  /** Gives what came in since the last drain, and starts from zero. */
  drain(): RegistrySnapshot {
    const snapshot: SeriesSnapshot[] = [];
    for (const series of this.#series.values()) {
      const { key, type, contains, sink } = series;
      if (sink.isEmpty && this.#announced.has(series)) continue;
      this.#announced.add(series);
      snapshot.push({ key, type, contains, values: sink.isEmpty ? null : sink.snapshot() });
      sink.reset();
    }
    return snapshot;
  }

  /** Adds what another registry drained; what this one did not know yet it makes. */
  merge(snapshot: RegistrySnapshot): void {
    for (const { key, type, contains, values } of snapshot) {
      const series = key.includes("{") ? this.submetric(key) : this.metric(key, type, contains);
      if (values === null || tryMergeSink(series.sink, values)) continue;
      throw new MetricError(
        "type_conflict",
        `Cannot merge a ${values.type} into "${key}": it is a ${series.type} here`,
      );
    }
  }

  #make(name: string, type: MetricType, contains: MetricContents): Metric {
    if (!metricName.test(name)) {
      throw new MetricError(
        "bad_name",
        `Cannot name a metric ${JSON.stringify(name)}: write 2 to 129 letters, digits and "_", not starting with a digit`,
      );
    }
    const metric = new Metric(name, type, contains, this.#outlet);
    this.#metrics.set(name, metric);
    this.#series.set(name, metric);
    return metric;
  }
}

/** k6's rule. */
const metricName = /^[a-zA-Z_][a-zA-Z0-9_]{1,128}$/;

const describe = (type: MetricType, contains: MetricContents) =>
  contains === "default" ? type : `${type} of ${contains}`;
