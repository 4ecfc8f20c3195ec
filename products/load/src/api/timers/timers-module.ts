import type { ApiModule } from "../module.ts";

/** The same functions as the globals of these names. */
export const timersModule: ApiModule = {
  surface: {
    names: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"],
    hasDefault: true,
  },
  load: async () => {
    const { timersOf } = await import("./timers.ts");
    return timersOf;
  },
};
