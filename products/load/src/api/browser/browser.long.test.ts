import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { systemClock } from "@breakwater/system-clock";
import type { Browser, Page } from "playwright-core";
import { caught, messageOf, type TestUser, testUser } from "../../vu/testing/test-user.ts";
import { createBrowserModule } from "./browser.ts";

interface K6Browser extends Pick<Browser, "newContext" | "newPage" | "close" | "isConnected"> {
  closeContext(): Promise<void>;
  context(): unknown;
}

interface K6Page extends Page {
  throttleCPU(options: { rate: number }): Promise<void>;
  throttleNetwork(profile: object): Promise<void>;
}

interface BrowserApi {
  readonly browser: K6Browser;
  readonly networkProfiles: { readonly "Fast 3G": object };
  readonly devices: { readonly "iPhone X": { readonly userAgent: string } };
}

const text = `<!DOCTYPE html><title>A page</title><h1>Hello</h1>
<input id="name"><button onclick="document.title = 'clicked'">Go</button>
<script>console.log("loaded"); fetch("/missing");</script>`;

const server = Bun.serve({
  port: 0,
  fetch: ({ url }) =>
    url.endsWith("/missing")
      ? new Response("no", { status: 404 })
      : new Response(text, { headers: { "Content-Type": "text/html" } }),
});
afterAll(() => server.stop(true));

function start(env: Readonly<Record<string, string>> = {}): { vu: TestUser; api: BrowserApi } {
  const vu = testUser({ clock: systemClock(), shared: { env } });
  return { vu, api: createBrowserModule(vu.user) as BrowserApi };
}

describe.skipIf(!existsSync("/usr/bin/chromium"))("with a Chromium", () => {
  test("a page is driven, and what it does is measured", async () => {
    const { vu, api } = start();
    using _vu = vu;
    const seen: string[] = [];
    await vu.inside(async () => {
      const page = await api.browser.newPage();
      page.on("console", (message) => seen.push(message.text()));
      await page.goto(String(server.url), { waitUntil: "networkidle" });
      await page.locator("#name").fill("me");
      await page.getByRole("button").click();
      seen.push(await page.title(), await page.locator("#name").inputValue());
      const sum = page.evaluate as unknown as (run: unknown, ...given: number[]) => Promise<number>;
      seen.push(String(await sum((a: number, b: number) => a + b, 1, 2)));
      await page.close();
    });
    expect(seen[0]).toBe("loaded");
    expect(seen.at(1)).toContain("404");
    expect(seen.slice(2)).toEqual(["clicked", "me", "3"]);
    expect(vu.errors).toEqual([]);
    expect(vu.values("browser_http_req_failed").filter((failed) => failed === 1)).toHaveLength(1);
    expect(vu.values("browser_http_req_duration").length).toBeGreaterThanOrEqual(2);
    expect(vu.values("browser_web_vital_ttfb")).toHaveLength(1);
    const url = String(server.url);
    const failed = vu.samples.find(({ value, name }) => name.endsWith("failed") && value === 1);
    expect(failed?.tags).toMatchObject({ url: `${url}missing`, method: "GET", status: "404" });
  });

  test("a second context waits for the first to be closed, as in k6", async () => {
    const { vu, api } = start();
    using _vu = vu;
    const message = await vu.inside(async () => {
      await api.browser.newContext();
      const refused = messageOf(await caught(api.browser.newContext()));
      await api.browser.closeContext();
      expect(api.browser.context()).toBeNull();
      await api.browser.newContext();
      return refused;
    });
    expect(message).toBe("Cannot open a second context: close the one that is open first");
  });

  test("what an iteration left open is closed at its end, and when it is cut", async () => {
    const { vu, api } = start();
    using _vu = vu;
    await vu.inside(async () => void (await api.browser.newPage()));
    expect(api.browser.isConnected()).toBe(false);
    const opened = Promise.withResolvers<void>();
    const ended = vu.iterate(async () => {
      const page = await api.browser.newPage();
      opened.resolve();
      await page.waitForSelector("#never");
    });
    await opened.promise;
    vu.user.interrupt();
    expect(await ended).toBe("interrupted");
    expect(api.browser.context()).toBeNull();
  });

  test("it can be slowed down", async () => {
    const { vu, api } = start();
    using _vu = vu;
    const title = await vu.inside(async () => {
      const page = (await api.browser.newPage()) as K6Page;
      await page.throttleCPU({ rate: 2 });
      await page.throttleNetwork(api.networkProfiles["Fast 3G"]);
      await page.goto(String(server.url));
      return await page.title();
    });
    expect(title).toBe("A page");
    expect(vu.values("browser_http_req_duration").some((ms) => ms > 100)).toBe(true);
  });
});

test("a Chromium that is not there is named", async () => {
  const { vu, api } = start({ K6_BROWSER_EXECUTABLE_PATH: "/no/such/chromium" });
  using _vu = vu;
  const error = await vu.inside(() => caught(api.browser.newPage()));
  expect(messageOf(error)).toContain("/no/such/chromium");
});

test("phones are Playwright's", () => {
  const { vu, api } = start();
  using _vu = vu;
  expect(api.devices["iPhone X"].userAgent).toContain("iPhone");
});
