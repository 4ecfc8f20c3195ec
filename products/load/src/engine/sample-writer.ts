import type { MetricContents, MetricType, SampleListener } from "@breakwater/metrics";
import { unwritable } from "../report/unwritable.ts";
import { appendLines } from "./append-lines.ts";

/**
 * Lines are gathered up to this many characters; writing is synchronous, so a full disk stops no
 * run.
 */
const MAX_PENDING_CHARS = 1 << 20;

/** What a "Metric" line tells. */
export interface MetricLine {
  readonly name: string;
  readonly type: MetricType;
  readonly contains: MetricContents;
  /** As they stand in the options. */
  readonly thresholds: readonly string[];
}

export interface SampleWriter {
  /** Call it for every metric before the first sample of any process. */
  announce(metrics: readonly MetricLine[]): void;
  readonly onSample: SampleListener;
  flush(): void;
}

/**
 * `--out json=FILE`: k6's lines (load.md 1.9), a "Metric" line for each metric and a "Point" for
 * each sample. Several processes append to one file. A write that fails is told once, and no more
 * samples are written: the run and its summary go on.
 */
export function sampleWriter(options: {
  /** "-" is stdout; with .gz at its end it is compressed. */
  readonly path: string;
  /** Unix time in ms of the run clock's zero. */
  readonly originMs: number;
  readonly onError: (message: string) => void;
}): SampleWriter {
  const { path, originMs, onError } = options;
  let pending = "";
  let hasFailed = false;

  const flush = (): void => {
    if (pending === "" || hasFailed) return;
    try {
      appendLines(path, pending);
    } catch (error) {
      hasFailed = true;
      onError(`${unwritable("samples", path, error)}; no more are written`);
    }
    pending = "";
  };

  const announce = (metrics: readonly MetricLine[]): void => {
    for (const metric of metrics) {
      const data = { ...metric, submetrics: null };
      pending += `${JSON.stringify({ type: "Metric", data, metric: metric.name })}\n`;
    }
    flush();
  };

  const onSample: SampleListener = ({ name }, value, tags, timeMs) => {
    if (hasFailed) return;
    const time = new Date(originMs + timeMs).toISOString();
    const data = { time, value, tags: tags.all() };
    pending += `${JSON.stringify({ metric: name, type: "Point", data })}\n`;
    if (pending.length > MAX_PENDING_CHARS) flush();
  };
  return { announce, onSample, flush };
}
