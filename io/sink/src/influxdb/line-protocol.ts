import type { SampleListener } from "@breakwater/metrics";
import { BurstCache } from "../burst-cache.ts";
import { readLabels } from "../sample-labels.ts";
import type { FieldKind, InfluxOutput, InfluxPrecision } from "./influx-output.ts";

/**
 * Writes samples as InfluxDB's line protocol
 * (https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/): the metric is
 * the measurement, its value the field `value`, and tags are tags but for those that the output
 * makes fields. `timeMs` is Unix time here.
 */
export function lineWriter(
  output: Pick<InfluxOutput, "fields" | "precision">,
): (...sample: Parameters<SampleListener>) => string {
  const parts = new BurstCache((source) => {
    let tags = "";
    let fields = "";
    for (const [name, value] of readLabels(source).tags) {
      if (value === "") continue;
      const kind = output.fields[name];
      if (kind === undefined) tags += `,${escapeKey(name)}=${escapeKey(value)}`;
      else fields += `,${escapeKey(name)}=${toField(value, kind)}`;
    }
    return { tags, fields };
  });
  const toTime = times[output.precision];
  let count = 0;
  return ({ name }, value, source, timeMs) => {
    const { tags, fields } = parts.of(name, source, timeMs);
    count = (count + 1) % 1000;
    return `${name}${tags} value=${value}${fields} ${toTime(timeMs, count)}\n`;
  };
}

/**
 * Points of one series and one time replace each other, so the nanoseconds, which no clock of ours
 * tells, count instead.
 */
const times: Readonly<Record<InfluxPrecision, (unixMs: number, count: number) => string>> = {
  n: (unixMs, count) => `${Math.floor(unixMs * 1000)}${String(count).padStart(3, "0")}`,
  u: (unixMs) => String(Math.floor(unixMs * 1000)),
  ms: (unixMs) => String(Math.floor(unixMs)),
  s: (unixMs) => String(Math.floor(unixMs / 1000)),
  m: (unixMs) => String(Math.floor(unixMs / 60_000)),
  h: (unixMs) => String(Math.floor(unixMs / 3_600_000)),
};

/** Names and values of tags. A line break, or a backslash at the end, cannot be written at all. */
function escapeKey(text: string): string {
  return text
    .replaceAll(/[\r\n]+/g, " ")
    .replace(/\\+$/, "")
    .replaceAll(/[,= ]/g, "\\$&");
}

/** What cannot be read as its kind stays text, as in k6. */
function toField(value: string, kind: FieldKind): string {
  if (kind === "int" && /^[-+]?\d+$/.test(value)) return `${value}i`;
  const number = Number(value);
  if (kind === "float" && value.trim() !== "" && Number.isFinite(number)) return String(number);
  if (kind === "bool" && /^(1|t|true)$/i.test(value)) return "true";
  if (kind === "bool" && /^(0|f|false)$/i.test(value)) return "false";
  return `"${value.replaceAll(/["\\]/g, "\\$&").replaceAll(/[\r\n]+/g, " ")}"`;
}
