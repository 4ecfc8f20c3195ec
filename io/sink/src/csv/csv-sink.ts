import type { SampleListener } from "@breakwater/metrics";
import { BurstCache } from "../burst-cache.ts";
import { dueEvery } from "../due-every.ts";
import { lineFile } from "../line-file.ts";
import { readLabels } from "../sample-labels.ts";
import type { SampleSink, SinkIo } from "../sink.ts";
import type { CsvOutput } from "./csv-output.ts";
import { timeFormats } from "./time-formats.ts";

export interface CsvSink extends SampleSink {
  /** The first line. One process of the run writes it, before any sample. */
  writeHeader(): void;
}

/** `--out csv=FILE`: k6's columns (load.md 1.9). Several processes append to one file. */
export function csvSink(output: CsvOutput, { clock, originMs, onLost }: SinkIo): CsvSink {
  const file = lineFile(output.path, onLost);
  const { columns } = output;
  const known = new Set([...columns, ...output.ignored]);
  const cells = new BurstCache((source) => {
    const { tags, metadata } = readLabels(source);
    const values = new Map(tags);
    const extra = tags
      .filter(([name]) => !known.has(name))
      .map(([name, value]) => `${name}=${value}`);
    const more = metadata.map(([name, value]) => `${name}=${value}`);
    const row = [...columns.map((name) => values.get(name) ?? ""), extra.join("&"), more.join("&")];
    return `${row.map(quote).join(",")}\n`;
  });
  const toTime = timeFormats[output.timeFormat];
  const isDue = dueEvery(output.saveIntervalMs, clock);

  const add: SampleListener = ({ name }, value, tags, timeMs) => {
    if (file.hasFailed) return;
    const time = toTime(originMs + timeMs);
    file.add(`${name},${time},${value.toFixed(6)},${cells.of(name, tags, timeMs)}`);
  };
  return {
    add,
    writeHeader: () => {
      const names = ["metric_name", "timestamp", "metric_value", ...columns];
      file.add(`${[...names, "extra_tags", "metadata"].join(",")}\n`);
      file.flush();
    },
    flush: () => {
      if (isDue()) file.flush();
    },
    close: async () => file.flush(),
  };
}

/** RFC 4180, as Go's writer does it: also a leading space is put in quotes. */
function quote(text: string): string {
  if (!/[",\r\n]|^\s|^\\\.$/.test(text)) return text;
  return `"${text.replaceAll('"', '""')}"`;
}
