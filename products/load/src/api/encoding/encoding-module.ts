import type { ApiModule } from "../module.ts";

export const encodingModule: ApiModule = {
  surface: { names: ["b64encode", "b64decode"], hasDefault: true },
  load: async () => {
    const { b64encode, b64decode } = await import("./base64.ts");
    const module = { b64encode, b64decode };
    return () => module;
  },
};
