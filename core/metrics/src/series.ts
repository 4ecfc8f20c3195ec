import type { MetricContents, MetricType, SampleListener, TagSource } from "./metric.ts";
import { makeSink, type Sink } from "./sink.ts";

/** What a key names: a metric, or the part of one that has some tags. */
export interface Series {
  /** `http_reqs`, or `http_reqs{status:200}` as it was asked for. */
  readonly key: string;
  readonly type: MetricType;
  readonly contains: MetricContents;
  readonly sink: Sink;
}

/** Whoever wants each sample; one place that all metrics of a registry look at. */
export interface Outlet {
  listener: SampleListener | undefined;
}

/** A metric as those who measure hold it. */
export class Metric implements Series {
  readonly name: string;
  readonly type: MetricType;
  readonly contains: MetricContents;
  readonly sink: Sink;
  readonly #outlet: Outlet;
  readonly #submetrics: Submetric[] = [];

  constructor(name: string, type: MetricType, contains: MetricContents, outlet: Outlet) {
    this.name = name;
    this.type = type;
    this.contains = contains;
    this.sink = makeSink(type);
    this.#outlet = outlet;
  }

  get key(): string {
    return this.name;
  }

  /** Hot: see Histogram.add(). The value is finite; `timeMs` is on the run's clock. */
  add(value: number, tags: TagSource, timeMs: number): void {
    this.sink.add(value, timeMs);
    const submetrics = this.#submetrics;
    for (let index = 0; index < submetrics.length; index += 1) {
      const submetric = submetrics[index]!;
      if (submetric.matches(tags)) submetric.sink.add(value, timeMs);
    }
    const { listener } = this.#outlet;
    if (listener !== undefined) listener(this, value, tags, timeMs);
  }

  /** Folds the samples with these tags apart, too, from now on. */
  split(key: string, tags: readonly (readonly [string, string])[]): Submetric {
    const submetric = new Submetric(key, this, tags);
    this.#submetrics.push(submetric);
    return submetric;
  }
}

class Submetric implements Series {
  readonly key: string;
  readonly type: MetricType;
  readonly contains: MetricContents;
  readonly sink: Sink;
  readonly #names: readonly string[];
  readonly #values: readonly string[];

  constructor(key: string, parent: Metric, tags: readonly (readonly [string, string])[]) {
    this.key = key;
    this.type = parent.type;
    this.contains = parent.contains;
    this.sink = makeSink(parent.type);
    this.#names = tags.map(([name]) => name);
    this.#values = tags.map(([, value]) => value);
  }

  /** Hot: by index, as taking a pair apart costs ten times as much. */
  matches(tags: TagSource): boolean {
    for (let index = 0; index < this.#names.length; index += 1) {
      if (tags.tag(this.#names[index]!) !== this.#values[index]) return false;
    }
    return true;
  }
}
