import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { type BridgeClient, connectBridge } from "@breakwater/bridge-client";
import { type Browser, chromium, type Page } from "playwright-core";
import { runBridge } from "../run.ts";
import { readSettings } from "../settings.ts";

const executablePath = "/usr/bin/chromium";
const isThere = existsSync(executablePath);
const markup = "<img src=x onerror=document.title=1>";

describe.skipIf(!isThere)("in a Chromium (skipped without /usr/bin/chromium)", () => {
  let browser: Browser;
  let opened = new AsyncDisposableStack();
  let errors: unknown[] = [];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());
  beforeEach(() => {
    opened = new AsyncDisposableStack();
    errors = [];
  });
  afterEach(async () => {
    await opened.disposeAsync();
    expect(errors).toEqual([]);
  });

  async function startBridge(flags: Readonly<Record<string, string>> = {}): Promise<URL> {
    const read = readSettings({
      arguments: ["--port", "0", "--metrics-port", "off", "--data", "off", "--log-level", "error"],
      environment: flags,
      readFile: () => "",
    });
    if (read.kind !== "config") throw new Error(JSON.stringify(read));
    const bridge = await runBridge(read.config.settings);
    opened.defer(() => bridge.stop({ graceMs: 0 }));
    return bridge.url;
  }

  async function openPage(url: URL): Promise<Page> {
    const context = await browser.newContext();
    opened.defer(() => context.close());
    const page = await context.newPage();
    page.on("pageerror", (error) => errors.push(error));
    await page.goto(url.href);
    return page;
  }

  async function join(url: URL, clientId: string, authToken?: string): Promise<BridgeClient> {
    const client = opened.use(
      connectBridge({ url: url.href, clientId, ...(authToken && { authToken }) }),
    );
    await client.ready();
    return client;
  }

  const texts = (page: Page, selector: string): Promise<string[]> =>
    page.locator(selector).allTextContents();

  test("it shows who is connected, what waits, and broadcasts as they go by", async () => {
    const url = await startBridge();
    const page = await openPage(url);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByText("Nobody is connected").waitFor();
    const ada = await join(url, "ada");
    await ada.broadcast({ text: `hello ${markup}` }, { intent: "greeting" });
    await ada.send("grok", { text: "for later" });
    await page.locator("#stream li").nth(1).waitFor();
    expect(await texts(page, "#stream .text")).toEqual([
      expect.stringMatching(/^\d+ bytes, for its parties only$/),
      `hello ${markup}`,
    ]);
    expect(await texts(page, "#stream .way")).toEqual(["ada → grok", "ada → all"]);
    await page.locator("#queues tbody tr").waitFor();
    expect(await texts(page, "#queues tbody .id")).toEqual(["grok"]);
    await page.locator("#agents tbody tr").waitFor();
    expect(await texts(page, "#agents tbody .id")).toEqual(["ada"]);
    await page.locator("#filter").fill("greeting");
    expect(await page.locator("#stream li:visible").count()).toBe(1);
    expect(await page.title()).toBe("Bridge");
  });

  test("it asks for a token; the admin's shows direct messages whole", async () => {
    const url = await startBridge({
      AI_BRIDGE_AUTH_TOKEN: "for-clients",
      AI_BRIDGE_ADMIN_TOKEN: "for-admins",
    });
    const page = await openPage(url);
    const enter = async (token: string): Promise<void> => {
      await page.locator("#token").fill(token);
      await page.getByRole("button", { name: "Continue" }).click();
    };
    await enter("wrong");
    await page.getByText("That is neither of them").waitFor();
    await enter("for-admins");
    await page.getByText("Live", { exact: true }).waitFor();
    const ada = await join(url, "ada", "for-clients");
    await ada.send("grok", { text: "between us" });
    await page.locator("#stream .text", { hasText: "between us" }).waitFor();
    await page.getByRole("button", { name: "Forget the token" }).click();
    await page.locator("#token").waitFor();
    await enter("for-clients");
    await page.getByText("Live", { exact: true }).waitFor();
    await ada.send("grok", { text: "between us, too" });
    await page.locator("#stream .text", { hasText: "for its parties only" }).waitFor();
  });
});
