import type { Aggregation } from "@breakwater/metrics";
import type { Sketch } from "./sketch.ts";

/** One number out of a trend. */
export type TrendStat = Aggregation | { readonly kind: "sum" };

export function trendStat(sketch: Sketch, stat: TrendStat): number {
  switch (stat.kind) {
    case "count":
      return sketch.count;
    case "sum":
      return sketch.sum;
    case "min":
      return sketch.min;
    case "max":
      return sketch.max;
    case "med":
      return sketch.quantile(0.5);
    case "percentile":
      return sketch.quantile(stat.percent / 100);
    default:
      return sketch.mean;
  }
}
