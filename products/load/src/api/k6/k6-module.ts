import type { ApiModule } from "../module.ts";

/** The module k6 (https://grafana.com/docs/k6/latest/javascript-api/k6/). */
export const k6Module: ApiModule = {
  surface: {
    names: ["check", "fail", "group", "randomSeed", "sleep"],
    hasDefault: true,
    blocking: ["sleep"],
    calling: ["check", "group"],
  },
  load: async () => (await import("./k6.ts")).createK6,
};
