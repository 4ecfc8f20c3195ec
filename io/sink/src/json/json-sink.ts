import type { MetricContents, MetricType, SampleListener } from "@breakwater/metrics";
import { BurstCache } from "../burst-cache.ts";
import { lineFile } from "../line-file.ts";
import { readLabels } from "../sample-labels.ts";
import type { SampleSink, SinkIo } from "../sink.ts";

export interface JsonOutput {
  readonly kind: "json";
  /** "-" is stdout; with .gz at its end it is compressed. */
  readonly path: string;
}

/** What a "Metric" line tells. */
export interface MetricLine {
  readonly name: string;
  readonly type: MetricType;
  readonly contains: MetricContents;
  /** As they stand in the options. */
  readonly thresholds: readonly string[];
}

export interface JsonSink extends SampleSink {
  /** Call it for every metric before the first sample of any process. */
  announce(metrics: readonly MetricLine[]): void;
}

/**
 * `--out json=FILE`: k6's lines (load.md 1.9), a "Metric" line for each metric and a "Point" for
 * each sample. Several processes append to one file. A write that fails is told once, and no more
 * samples are written: the run and its summary go on.
 */
export function jsonSink({ path }: JsonOutput, { originMs, onLost }: SinkIo): JsonSink {
  const file = lineFile(path, onLost);
  const labels = new BurstCache((tags) => {
    const { tags: own, metadata } = readLabels(tags);
    const more = metadata.length === 0 ? "" : `,"metadata":${toJson(metadata)}`;
    return `,"tags":${toJson(own)}${more}}}\n`;
  });
  const time = isoTime();

  const announce = (metrics: readonly MetricLine[]): void => {
    for (const metric of metrics) {
      const data = { ...metric, submetrics: null };
      file.add(`${JSON.stringify({ type: "Metric", data, metric: metric.name })}\n`);
    }
    file.flush();
  };
  const add: SampleListener = ({ name }, value, tags, timeMs) => {
    if (file.hasFailed) return;
    const head = `{"metric":"${name}","type":"Point","data":{"time":"${time(originMs + timeMs)}"`;
    file.add(`${head},"value":${value}${labels.of(name, tags, timeMs)}`);
  };
  const close = async (): Promise<void> => file.flush();
  return { announce, add, flush: file.flush, close };
}

const toJson = (pairs: readonly (readonly [string, string])[]): string =>
  JSON.stringify(Object.fromEntries(pairs));

/** RFC 3339 to the microsecond. Hot: the part up to the second is written once a second. */
function isoTime(): (unixMs: number) => string {
  let second = Number.NaN;
  let head = "";
  return (unixMs) => {
    const now = Math.floor(unixMs / 1000);
    if (now !== second) {
      second = now;
      head = new Date(now * 1000).toISOString().slice(0, 20);
    }
    const micros = Math.floor((unixMs - now * 1000) * 1000);
    return `${head}${String(micros).padStart(6, "0")}Z`;
  };
}
