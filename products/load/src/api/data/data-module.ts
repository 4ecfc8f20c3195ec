import type { ApiModule } from "../module.ts";

export const dataModule: ApiModule = {
  surface: { names: ["SharedArray"], hasDefault: true },
  load: async () => {
    const { sharedArrayClass } = await import("./shared-array.ts");
    return (vu) => ({ SharedArray: sharedArrayClass(vu) });
  },
};
