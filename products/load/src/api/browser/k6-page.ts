import { join } from "node:path";
import type { CDPSession, Page } from "playwright-core";
import type { BrowserMetrics, MetricTagger } from "./browser-metrics.ts";

/** What throttleNetwork() takes: ms, and bytes per second; -1 for no limit. */
export interface NetworkProfile {
  readonly latency: number;
  readonly download: number;
  readonly upload: number;
}

/** k6's profiles. */
export const networkProfiles: Readonly<Record<string, NetworkProfile>> = {
  "No Throttling": { latency: 0, download: -1, upload: -1 },
  "Fast 3G": { latency: 562.5, download: 180_000, upload: 84_375 },
  "Slow 3G": { latency: 2000, download: 50_000, upload: 50_000 },
};

type PageFunction = (argument: never) => unknown;

/** What only k6's pages have, put on Playwright's. */
export function toK6Page(page: Page, metrics: BrowserMetrics): Page {
  let session: Promise<CDPSession> | undefined;
  const send = async (...command: Parameters<CDPSession["send"]>): Promise<void> => {
    session ??= page.context().newCDPSession(page);
    await (await session).send(...command);
  };
  const on = page.on.bind(page);
  const screenshot = page.screenshot.bind(page);
  const evaluate = page.evaluate.bind(page);
  const evaluateHandle = page.evaluateHandle.bind(page);
  return Object.assign(page, {
    throttleCPU: async ({ rate }: { readonly rate: number }) => {
      await send("Emulation.setCPUThrottlingRate", { rate });
    },
    throttleNetwork: async ({ latency, download, upload }: NetworkProfile) => {
      await send("Network.enable");
      await send("Network.emulateNetworkConditions", {
        offline: false,
        latency,
        downloadThroughput: download,
        uploadThroughput: upload,
      });
    },
    on: (event: string, listener: (value: never) => void) => {
      if (event === "metric") metrics.tagBy(page, listener as unknown as MetricTagger);
      else on(event as "close", listener as never);
      return page;
    },
    screenshot: async (options: Parameters<Page["screenshot"]>[0] = {}) => {
      const folder = metrics.env.K6_BROWSER_SCREENSHOTS_OUTPUT?.replace(/^local,?/, "");
      const { path } = options;
      const isPlaced = path !== undefined && folder !== undefined && folder !== "";
      return await screenshot(isPlaced ? { ...options, path: join(folder, path) } : options);
    },
    // k6 passes on any number of arguments, Playwright one.
    evaluate: (run: PageFunction | string, ...given: readonly unknown[]) =>
      given.length < 2
        ? evaluate(run as never, given[0])
        : evaluate(spreading(run), given as never),
    evaluateHandle: (run: PageFunction | string, ...given: readonly unknown[]) =>
      given.length < 2
        ? evaluateHandle(run as never, given[0])
        : evaluateHandle(spreading(run), given as never),
  });
}

/** The function's text as one that takes its arguments as a list; it is run in the page. */
function spreading(run: PageFunction | string): never {
  return new Function("given", `return (${String(run)})(...given);`) as never;
}
