import type { ApiModule } from "../module.ts";

/** k6/html: an HTML text as something to search, as jQuery does it. Nothing in it is a VU's own. */
export const htmlModule: ApiModule = {
  surface: {
    names: ["parseHTML"],
    hasDefault: true,
    callingMethods: ["each", "filter", "is", "map", "not"],
  },
  load: async () => {
    const { parseHtml } = await import("./html.ts");
    const module = { parseHTML: (source: unknown) => parseHtml(String(source)) };
    return () => module;
  },
};
