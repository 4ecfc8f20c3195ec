import type { BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import type { VuContext } from "../../vu/vu-context.ts";
import { lazyModule } from "../lazy-module.ts";
import type { CreateModule } from "../module.ts";
import { BrowserMetrics } from "./browser-metrics.ts";
import { browserSettings } from "./browser-settings.ts";
import { devices } from "./devices.ts";
import { networkProfiles, toK6Page } from "./k6-page.ts";
import { type OpenBrowser, SharedBrowsers } from "./shared-browsers.ts";

/**
 * k6's browser: what it gives are Playwright's own contexts and pages, which have k6's methods,
 * with those that only k6 has put on top.
 */
export const createBrowserModule: CreateModule = lazyModule({
  shared: { networkProfiles, devices },
  own: {
    browser: (vu: VuContext) => new ScriptBrowser(vu, undefined),
    chromium: (vu: VuContext) => ({
      connectOverCDP: async (url: string) => new ScriptBrowser(vu, url),
    }),
  },
  ownerOf: (vu) => {
    BrowserMetrics.register(vu.measure.registry);
    return vu;
  },
});

/** A VU's `browser`: one context at a time, as in k6; the process behind it may serve more VUs. */
class ScriptBrowser {
  readonly #vu: VuContext;
  readonly #url: string | undefined;
  readonly #metrics: BrowserMetrics;
  #open: OpenBrowser | undefined;
  #context: BrowserContext | undefined;

  constructor(vu: VuContext, url: string | undefined) {
    this.#vu = vu;
    this.#url = url;
    this.#metrics = new BrowserMetrics(vu);
  }

  /** The context that is open; null without one. */
  context(): BrowserContext | null {
    return this.#context ?? null;
  }

  async newContext(options?: BrowserContextOptions): Promise<BrowserContext> {
    if (this.#context !== undefined) {
      throw new Error("Cannot open a second context: close the one that is open first");
    }
    const { browser } = await this.#launched();
    const context = await browser.newContext({
      ...options,
      ignoreHTTPSErrors: options?.ignoreHTTPSErrors ?? this.#vu.settings.insecureSkipTlsVerify,
    });
    this.#context = context;
    context.setDefaultTimeout(browserSettings(this.#vu.env).timeoutMs);
    context.on("close", () => {
      if (this.#context === context) this.#context = undefined;
    });
    await this.#metrics.watch(context);
    const newPage = context.newPage.bind(context);
    const cookies = context.cookies.bind(context);
    return Object.assign(context, {
      newPage: async () => toK6Page(await newPage(), this.#metrics),
      // k6 takes any number of URLs, Playwright an array.
      cookies: (...urls: readonly (string | readonly string[])[]) => cookies(urls.flat()),
      browser: () => this as never,
    });
  }

  /** A page in the open context, or in one of its own. */
  async newPage(options?: BrowserContextOptions): Promise<Page> {
    const context = this.#context ?? (await this.newContext(options));
    return await context.newPage();
  }

  async closeContext(): Promise<void> {
    if (this.#context === undefined) {
      throw new Error("Cannot close the context: none is open");
    }
    await this.#context.close();
  }

  isConnected(): boolean {
    return this.#open?.browser.isConnected() ?? false;
  }

  async version(): Promise<string> {
    return (await this.#launched()).browser.version();
  }

  async userAgent(): Promise<string> {
    const page = await this.newPage();
    try {
      return await page.evaluate(() => navigator.userAgent);
    } finally {
      await page.close();
    }
  }

  async close(): Promise<void> {
    await this.#context?.close();
  }

  async #launched(): Promise<OpenBrowser> {
    const { activity, test, env } = this.#vu;
    activity.assertRunning("use a browser");
    if (this.#open) return this.#open;
    const browsers = test.shared("browser", "chromium", () => new SharedBrowsers());
    const open = await browsers.open(this.#url, {
      ...browserSettings(env),
      hosts: this.#vu.settings.hosts,
    });
    this.#open = open;
    activity.atEnd(() => {
      this.#open = undefined;
      const context = this.#context;
      this.#context = undefined;
      this.#metrics.end();
      // Whatever the script still waits for in it fails now.
      void Promise.resolve(context?.close())
        .catch(() => {})
        .then(() => open.release());
    });
    activity.assertRunning("use a browser");
    return open;
  }
}
