import type { ApiModule } from "../module.ts";

/** k6/ws. */
export const wsModule: ApiModule = {
  surface: { names: ["connect"], hasDefault: true, blocking: ["connect"] },
  load: async () => {
    const { connect } = await import("./connect.ts");
    return (vu) => ({
      connect: (url: unknown, ...rest: readonly unknown[]) => connect(vu, url, rest),
    });
  },
};
