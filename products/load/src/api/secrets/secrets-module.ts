import type { ApiModule } from "../module.ts";

export const secretsModule: ApiModule = {
  surface: { names: [], hasDefault: true },
  load: async () => {
    const { secretsOf } = await import("./secrets.ts");
    return secretsOf;
  },
};
