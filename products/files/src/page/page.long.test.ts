import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { cuttingProxy } from "../tus/testing/cutting-proxy.ts";
import { type TestFiles, type TestFilesOptions, testFiles } from "./testing/test-files.ts";

const executablePath = "/usr/bin/chromium";
const isThere = existsSync(executablePath);
const name = "<img src=x onerror=document.title=1>.txt";

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

  interface Opened {
    readonly page: Page;
    readonly url: string;
    readonly store: TestFiles["store"];
  }

  async function open(options: TestFilesOptions = {}): Promise<Opened> {
    const files = opened.use(await testFiles(options));
    const context = await browser.newContext();
    opened.defer(() => context.close());
    const page = await context.newPage();
    page.on("pageerror", (error) => errors.push(error));
    await page.goto(files.url);
    return { page, url: files.url, store: files.store };
  }

  const rows = (page: Page): Promise<string[]> =>
    page.locator("#entries .name a").allTextContents();
  const choose = (page: Page, files: readonly Chosen[]): Promise<void> =>
    page.setInputFiles(
      "#files",
      files.map(([file, bytes]) => ({
        name: file,
        mimeType: "text/plain",
        buffer: Buffer.from(bytes),
      })),
    );
  type Chosen = readonly [name: string, bytes: string | Uint8Array];

  test("files are uploaded, listed with harmless names, downloaded and deleted", async () => {
    const { page, store } = await open();
    await page.getByText("Nothing is here yet").waitFor();
    await choose(page, [
      ["a.txt", "hello"],
      [name, "x"],
    ]);
    await page.locator("#upload-list .done").nth(1).waitFor();
    await page.locator("#entries tr").nth(1).waitFor();
    expect(await rows(page)).toEqual([name, "a.txt"]);
    expect(await page.title()).toBe("Files");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download a.txt" }).press("Enter"),
    ]);
    expect(await Bun.file(await download.path()).text()).toBe("hello");
    await page.getByRole("button", { name: "Delete a.txt" }).press("Enter");
    await page.getByRole("button", { name: "Keep" }).press("Enter");
    expect(await rows(page)).toHaveLength(2);
    await page.getByRole("button", { name: "Delete a.txt" }).press("Enter");
    await page.getByRole("button", { name: "Delete", exact: true }).press("Enter");
    await page.getByText("a.txt was deleted").waitFor({ state: "attached" });
    expect(await rows(page)).toEqual([name]);
    expect([...store.contents.keys()]).toEqual([name]);
    const focused = "document.activeElement?.getAttribute('aria-label')";
    expect(await page.evaluate<string>(focused)).toBe(`Delete ${name}`);
  });

  test("folders are created, entered, uploaded to by dropping, and deleted with all in them", async () => {
    const { page, store } = await open();
    await page.getByRole("button", { name: "New folder" }).click();
    await page.getByLabel("Name").fill("a/b");
    await page.keyboard.press("Enter");
    await page.getByText("Write a name without a slash").waitFor();
    await page.getByLabel("Name").fill("Photos & 100 %");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Photos & 100 %" }).click();
    await page.getByText("Nothing is here yet").waitFor();
    const transfer = await page.evaluateHandle(() => {
      const { DataTransfer: Transfer } = globalThis as unknown as {
        DataTransfer: new () => { items: { add: (file: File) => void } };
      };
      const data = new Transfer();
      data.items.add(new File(["dropped"], "d.txt", { type: "text/plain" }));
      return data;
    });
    await page.dispatchEvent("body", "dragenter", { dataTransfer: transfer });
    await page.getByText("Drop to upload to Photos & 100 %/").waitFor();
    await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
    await page.getByRole("link", { name: "d.txt", exact: true }).waitFor();
    expect(store.contents.get("Photos & 100 %/d.txt")?.info.bytes).toBe(7);
    await page.goBack();
    await page.getByRole("button", { name: "Delete Photos & 100 %" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("Nothing is here yet").waitFor();
    expect(store.contents.size).toBe(0);
  });

  test("a file that is there is replaced only if the person says so", async () => {
    const { page, store } = await open({ contents: { "a.txt": "old" } });
    await choose(page, [["a.txt", "new"]]);
    await page.getByText("A file of that name is here already").waitFor();
    expect(Buffer.from(store.contents.get("a.txt")?.bytes ?? []).toString()).toBe("old");
    await page.getByRole("button", { name: "Replace it" }).click();
    await page.getByText("Done, 3 bytes").waitFor();
    expect(Buffer.from(store.contents.get("a.txt")?.bytes ?? []).toString()).toBe("new");
  });

  test("a large upload goes on where its connection broke", async () => {
    const { page, store, url } = await open();
    using proxy = await cuttingProxy(url);
    await page.goto(proxy.url);
    await page.getByText("Nothing is here yet").waitFor();
    const large = Buffer.alloc(9_000_000, crypto.getRandomValues(new Uint8Array(65_536)));
    // Once: each wait before the next try is longer.
    proxy.cutAfter(5_000_000);
    await choose(page, [["large.bin", large]]);
    await page.getByText("Done, 9.0 MB").waitFor();
    expect(proxy.cuts).toBeGreaterThanOrEqual(1);
    const stored = store.contents.get("large.bin")?.bytes ?? new Uint8Array(0);
    expect(Buffer.compare(stored, large)).toBe(0);
  });

  test("more than a page is shown by and by", async () => {
    const names = Array.from({ length: 130 }, (_, index) => `p/${1000 + index}`);
    const { page } = await open({ contents: Object.fromEntries(names.map((each) => [each, "x"])) });
    await page.getByRole("link", { name: "p", exact: true }).click();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByRole("link", { name: "1129", exact: true }).waitFor();
    expect(await rows(page)).toHaveLength(130);
    expect(await page.getByRole("button", { name: "Show more" }).isVisible()).toBe(false);
  });

  test("an API key is asked for, refused in words, kept for the tab and forgotten", async () => {
    const apiKeys = [{ key: "a-good-key-of-mine", owner: "me", scopes: ["read", "write"] }];
    const { page } = await open({ settings: { apiKeys } });
    const field = page.getByLabel("This service asks for an API key");
    await field.fill("a-wrong-key");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.locator("#key-error", { hasText: "key" }).waitFor();
    await field.fill("a-good-key-of-mine");
    await page.getByRole("button", { name: "Continue" }).click();
    await choose(page, [["a.txt", "hello"]]);
    await page.getByRole("link", { name: "a.txt", exact: true }).waitFor();
    await page.getByRole("button", { name: "Delete a.txt" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("it takes the scope delete").waitFor();
    await page.reload();
    await page.getByRole("link", { name: "a.txt", exact: true }).waitFor();
    await page.getByRole("button", { name: "Forget the key" }).click();
    await field.waitFor();
  });

  test("it fits on a phone, and loads nothing from elsewhere", async () => {
    const long = "a-very-long-name-without-any-blank-in-it-that-goes-on-and-on.txt";
    const { page } = await open({ contents: { [long]: "x" } });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).host));
    await page.setViewportSize({ width: 360, height: 700 });
    await page.reload();
    await page.locator("#entries tr").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    expect(new Set(asked)).toEqual(new Set([new URL(page.url()).host]));
  });
});
