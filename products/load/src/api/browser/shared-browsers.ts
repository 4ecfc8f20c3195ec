import type { Browser } from "playwright-core";
import type { BrowserSettings } from "./browser-settings.ts";

/** A browser in use. */
export interface OpenBrowser {
  readonly browser: Browser;
  /** Nobody's any more: the last to release it ends the process. */
  release(): void;
}

interface Running {
  readonly browser: Promise<Browser>;
  users: number;
}

/**
 * One browser process for all VUs of this one: contexts keep them apart. Started for the first that
 * asks and ended when nobody has it any more, so that none is left behind.
 */
export class SharedBrowsers {
  readonly #running = new Map<string, Running>();

  async open(url: string | undefined, settings: BrowserSettings): Promise<OpenBrowser> {
    const at = url ?? settings.wsUrl ?? "";
    const running = this.#running.get(at) ?? { browser: start(at, settings), users: 0 };
    this.#running.set(at, running);
    running.users += 1;
    const release = (): void => {
      running.users -= 1;
      if (running.users > 0) return;
      this.#running.delete(at);
      running.browser.then((browser) => browser.close()).catch(() => {});
    };
    try {
      return { browser: await running.browser, release };
    } catch (error) {
      release();
      throw error;
    }
  }
}

async function start(url: string, settings: BrowserSettings): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  const { executablePath, timeoutMs: timeout } = settings;
  if (url !== "") return await chromium.connectOverCDP(url, { timeout });
  if (executablePath === undefined) {
    throw new Error(
      "Cannot start a browser: found no Chromium; install one, or say where it is by " +
        "K6_BROWSER_EXECUTABLE_PATH",
    );
  }
  return await chromium.launch({
    executablePath,
    headless: settings.isHeadless,
    timeout,
    ignoreDefaultArgs: [...settings.ignoredDefaults],
    args: [...defaults, ...hostRules(settings.hosts), ...settings.arguments],
  });
}

/** Chromium refuses its sandbox to root, and looks for its maker's hosts unless told not to. */
const defaults = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Chromium asks its own resolver. */
function hostRules(hosts: Readonly<Record<string, string>>): string[] {
  const rules = Object.entries(hosts).map(([host, address]) => `MAP ${host} ${address}`);
  return rules.length === 0 ? [] : [`--host-resolver-rules=${rules.join(", ")}`];
}
