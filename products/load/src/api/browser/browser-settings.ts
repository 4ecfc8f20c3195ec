import { existsSync } from "node:fs";
import { parseDuration } from "@breakwater/units";

/** How a browser is started: k6's K6_BROWSER_* variables. */
export interface BrowserSettings {
  readonly executablePath: string | undefined;
  readonly isHeadless: boolean;
  readonly arguments: readonly string[];
  readonly ignoredDefaults: readonly string[];
  /** To connect to instead of starting one. */
  readonly wsUrl: string | undefined;
  readonly timeoutMs: number;
  /** k6's option of that name. */
  readonly hosts: Readonly<Record<string, string>>;
}

/** Where Chromium's packages put it; the first that is there is used. */
const usualPaths = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

export function browserSettings(
  env: Readonly<Record<string, string | undefined>>,
): BrowserSettings {
  const list = (name: string): readonly string[] =>
    (env[name] ?? "").split(",").filter((part) => part.trim() !== "");
  return {
    executablePath: env.K6_BROWSER_EXECUTABLE_PATH ?? usualPaths.find((path) => existsSync(path)),
    isHeadless: (env.K6_BROWSER_HEADLESS ?? "true") !== "false",
    arguments: list("K6_BROWSER_ARGS").map((argument) => `--${argument.trim().replace(/^-+/, "")}`),
    ignoredDefaults: list("K6_BROWSER_IGNORE_DEFAULT_ARGS").map((part) => part.trim()),
    wsUrl: env.K6_BROWSER_WS_URL,
    hosts: {},
    timeoutMs: parseDuration(env.K6_BROWSER_TIMEOUT ?? "30s"),
  };
}
