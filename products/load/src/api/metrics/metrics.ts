import type { VuContext } from "../../vu/vu-context.ts";
import { CustomMetric } from "../custom-metric.ts";
import { lazyModule } from "../lazy-module.ts";
import type { CreateModule } from "../module.ts";

/** k6/metrics as one VU has it. Bound constructors know their VU; a class per VU is not needed. */
export const createMetrics: CreateModule = lazyModule<VuContext>({
  ownerOf: (vu) => vu,
  own: {
    Counter: (vu) => CustomMetric.bind(null, "counter", vu),
    Gauge: (vu) => CustomMetric.bind(null, "gauge", vu),
    Rate: (vu) => CustomMetric.bind(null, "rate", vu),
    Trend: (vu) => CustomMetric.bind(null, "trend", vu),
  },
});
