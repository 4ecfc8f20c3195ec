import type { SampleListener } from "@breakwater/metrics";
import { csvSink } from "./csv/csv-sink.ts";
import { InfluxSink } from "./influxdb/influx-sink.ts";
import { jsonSink, type MetricLine } from "./json/json-sink.ts";
import type { Outputs, SampleOutput, SeriesOutput } from "./outputs.ts";
import { type SeriesBatch, SeriesFold } from "./series/series-fold.ts";
import type { SeriesSink } from "./series/series-sink.ts";
import type { SampleSink, SinkIo } from "./sink.ts";

/** What one process does with its samples. */
export interface Sampling {
  /** Hot path. */
  readonly add: SampleListener;
  /** Called each second, and after the last sample. */
  drain(): Folded;
  /** After the last drain(). */
  close(): Promise<void>;
}

/** What one process folded since it was last asked, for the one that adds up; JSON-able. */
export interface Folded {
  /** For the SeriesSinks. */
  readonly series?: SeriesBatch;
  /** By scenario, group and check, for the summary. */
  readonly groups?: SeriesBatch;
}

/** Which of the outputs a process serves: all that a job must say; JSON-able. */
export interface SamplingPlan {
  readonly outputs: readonly SampleOutput[];
  /** Somebody wants to know how series stand. */
  readonly isFolding: boolean;
  /** The summary wants to know how each scenario and group did. */
  readonly isGrouping: boolean;
}

export function samplingPlan(
  { samples, series }: Outputs,
  { isGrouping }: { readonly isGrouping: boolean },
): SamplingPlan | undefined {
  if (samples.length + series.length === 0 && !isGrouping) return undefined;
  return { outputs: samples, isFolding: series.length > 0, isGrouping };
}

/** In each process that measures. */
export function openSampling(plan: SamplingPlan, io: SinkIo): Sampling {
  const sinks = plan.outputs.map((output) => openSampleSink(output, io));
  const { originMs } = io;
  const series = plan.isFolding ? new SeriesFold({ originMs }) : undefined;
  const groups = plan.isGrouping ? new SeriesFold({ originMs, tagNames: groupTags }) : undefined;
  const folds = [series, groups].filter((fold) => fold !== undefined);
  const listeners = [...sinks, ...folds].map(({ add }) => add);
  const [only] = listeners;
  return {
    add:
      only !== undefined && listeners.length === 1
        ? only
        : (...sample) => {
            for (const listener of listeners) listener(...sample);
          },
    drain: () => {
      for (const sink of sinks) sink.flush();
      return {
        ...(series !== undefined && { series: series.drain() }),
        ...(groups !== undefined && { groups: groups.drain() }),
      };
    },
    close: async () => {
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}

/** What tells apart the parts of k6's full summary. */
const groupTags: readonly string[] = ["scenario", "group", "check"];

/** In one process of the run, before any samples: what files begin with. */
export function writeHeads(
  { outputs }: SamplingPlan,
  metrics: readonly MetricLine[],
  io: SinkIo,
): void {
  for (const output of outputs) {
    if (output.kind === "json") jsonSink(output, io).announce(metrics);
    if (output.kind === "csv") csvSink(output, io).writeHeader();
  }
}

/** In one process of the run: it is given what all of them drain. */
export async function openSeriesSinks(
  outputs: readonly SeriesOutput[],
  io: SinkIo,
): Promise<SeriesSink> {
  const sinks = await Promise.all(outputs.map((output) => openSeriesSink(output, io)));
  return {
    take: (batch) => {
      for (const sink of sinks) sink.take(batch);
    },
    close: async () => {
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}

function openSampleSink(output: SampleOutput, io: SinkIo): SampleSink {
  switch (output.kind) {
    case "json":
      return jsonSink(output, io);
    case "csv":
      return csvSink(output, io);
    case "influxdb":
      return new InfluxSink(output, io);
  }
}

/** What they need is loaded when they are asked for: protobuf and gRPC take their time. */
async function openSeriesSink(output: SeriesOutput, io: SinkIo): Promise<SeriesSink> {
  const { CumulativeSink } = await import("./series/series-sink.ts");
  if (output.kind === "prometheus") {
    const { prometheusReceiver } = await import("./prometheus/prometheus-receiver.ts");
    return new CumulativeSink(prometheusReceiver(output, io), io);
  }
  const { otlpReceiver } = await import("./otlp/otlp-receiver.ts");
  return new CumulativeSink(await otlpReceiver(output, io), io);
}
