import { Histogram, type HistogramSnapshot } from "./histogram.ts";

export interface TrendSnapshot extends HistogramSnapshot {
  readonly type: "trend";
}

/** Keeps how its values are distributed. */
export class TrendSink {
  readonly type = "trend";
  readonly histogram: Histogram = new Histogram();

  add(value: number, _timeMs: number): void {
    this.histogram.add(value);
  }

  get isEmpty(): boolean {
    return this.histogram.isEmpty;
  }

  snapshot(): TrendSnapshot {
    return { type: "trend", ...this.histogram.snapshot() };
  }

  merge(snapshot: TrendSnapshot): void {
    this.histogram.merge(snapshot);
  }

  reset(): void {
    this.histogram.reset();
  }
}
