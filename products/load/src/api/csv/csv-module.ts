import type { ApiModule } from "../module.ts";

export const csvModule: ApiModule = {
  surface: { names: ["parse", "Parser"], hasDefault: true },
  load: async () => {
    const { parseCsv, parserClass } = await import("./csv.ts");
    return (vu) => ({
      parse: (file: unknown, options: unknown) => parseCsv(vu, file, options),
      Parser: parserClass(vu),
    });
  },
};
