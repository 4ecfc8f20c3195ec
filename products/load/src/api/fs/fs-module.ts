import type { ApiModule } from "../module.ts";

export const fsModule: ApiModule = {
  surface: { names: ["open", "SeekMode"], hasDefault: true },
  load: async () => {
    const { openFsFile, SeekMode } = await import("./fs-file.ts");
    return (vu) => ({ open: (path: unknown) => openFsFile(vu, path), SeekMode });
  },
};
