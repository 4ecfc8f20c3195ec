import type { ApiModule } from "../module.ts";

export const executionModule: ApiModule = {
  surface: { names: ["instance", "scenario", "test", "vu"], hasDefault: true },
  load: async () => {
    const { Execution } = await import("./execution.ts");
    return (vu) => new Execution(vu);
  },
};
