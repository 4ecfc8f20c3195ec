import type { ApiModule } from "../module.ts";

/** k6/metrics (https://grafana.com/docs/k6/latest/javascript-api/k6-metrics/). */
export const metricsModule: ApiModule = {
  surface: { names: ["Counter", "Gauge", "Rate", "Trend"], hasDefault: true },
  load: async () => (await import("./metrics.ts")).createMetrics,
};
