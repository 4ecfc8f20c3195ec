import type { ApiModule } from "../module.ts";

export const x509Module: ApiModule = {
  surface: { names: ["parse", "getAltNames", "getIssuer", "getSubject"], hasDefault: true },
  load: async () => {
    const { getAltNames, getIssuer, getSubject, parse } = await import("./certificate.ts");
    const module = { parse, getAltNames, getIssuer, getSubject };
    return () => module;
  },
};
