import { CounterSink, type CounterSnapshot } from "./counter-sink.ts";
import { GaugeSink, type GaugeSnapshot } from "./gauge-sink.ts";
import type { MetricType } from "./metric.ts";
import { RateSink, type RateSnapshot } from "./rate-sink.ts";
import { TrendSink, type TrendSnapshot } from "./trend-sink.ts";

/** Where a metric's values fold together. */
export type Sink = CounterSink | GaugeSink | RateSink | TrendSink;

/** What a sink holds, for JSON. */
export type SinkSnapshot = CounterSnapshot | GaugeSnapshot | RateSnapshot | TrendSnapshot;

export function makeSink(type: MetricType): Sink {
  switch (type) {
    case "counter":
      return new CounterSink();
    case "gauge":
      return new GaugeSink();
    case "rate":
      return new RateSink();
    case "trend":
      return new TrendSink();
  }
}

/** Adds what another sink of the same type held; false when the types differ. */
export function tryMergeSink(sink: Sink, snapshot: SinkSnapshot): boolean {
  if (sink.type === "counter" && snapshot.type === "counter") sink.merge(snapshot);
  else if (sink.type === "gauge" && snapshot.type === "gauge") sink.merge(snapshot);
  else if (sink.type === "rate" && snapshot.type === "rate") sink.merge(snapshot);
  else if (sink.type === "trend" && snapshot.type === "trend") sink.merge(snapshot);
  else return false;
  return true;
}
