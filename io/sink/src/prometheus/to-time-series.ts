import type { StandingSeries } from "../series/series-table.ts";
import { trendStat } from "../series/trend-stat.ts";
import { nativeHistogram } from "./native-histogram.ts";
import type { PrometheusOutput } from "./prometheus-output.ts";
import type { TimeSeries } from "./remote-write-messages.ts";

type Mapping = Pick<PrometheusOutput, "trendStats" | "asNativeHistogram">;

/** What Prometheus takes for "this series has ended": a certain NaN. */
const staleMarker = { high: 0x7ff00000, low: 2 } as const;

/**
 * A k6 series as Prometheus has it: names begin with `k6_`, a counter ends with `_total`, a rate
 * with `_rate` (its share since the start), a trend is a gauge for each of its stats or a native
 * histogram; times are in seconds.
 */
export function toTimeSeries(
  series: StandingSeries,
  mapping: Mapping,
  timestamp: number,
): readonly TimeSeries[] {
  const { cell } = series;
  const one = (suffix: string, value: number): TimeSeries => {
    return { labels: toLabels(series, suffix), samples: [{ value, timestamp }] };
  };
  switch (cell.type) {
    case "counter":
      return [one("_total", cell.total)];
    case "gauge":
      return [one("", cell.value)];
    case "rate":
      return [one("_rate", cell.total === 0 ? 0 : cell.passes / cell.total)];
    case "trend": {
      const scale = series.contains === "time" ? 1 / 1000 : 1;
      if (mapping.asNativeHistogram) {
        const histograms = [nativeHistogram(cell.sketch, { scale, timestamp })];
        return [{ labels: toLabels(series, unitSuffix(series)), histograms }];
      }
      return mapping.trendStats.map(({ suffix, of }) => {
        // A count is no time, though k6 divides it, too.
        const factor = of.kind === "count" ? 1 : scale;
        return one(`_${suffix}`, trendStat(cell.sketch, of) * factor);
      });
    }
  }
}

/** The same series with a stale marker instead of a value. */
export function toMarkers(
  series: StandingSeries,
  mapping: Mapping,
  timestamp: number,
): readonly TimeSeries[] {
  return toTimeSeries(series, mapping, timestamp).map(({ labels }) => {
    return { labels, markers: [{ value: staleMarker, timestamp }] };
  });
}

function unitSuffix({ contains }: StandingSeries): string {
  if (contains === "time") return "_seconds";
  return contains === "data" ? "_bytes" : "";
}

/** By name, as the protocol asks. */
function toLabels({ name, tags }: StandingSeries, suffix: string): TimeSeries["labels"] {
  const labels = tags.map(([label, value]) => ({ name: label, value }));
  labels.push({ name: "__name__", value: `k6_${name}${suffix}` });
  return labels.sort((a, b) => (a.name < b.name ? -1 : 1));
}
