import type { ApiModule } from "../module.ts";

/** k6/browser, over playwright-core and an installed Chromium (docs/decisions/0014). */
export const browserModule: ApiModule = {
  surface: { names: ["browser", "chromium", "devices", "networkProfiles"], hasDefault: true },
  load: async () => (await import("./browser.ts")).createBrowserModule,
};
