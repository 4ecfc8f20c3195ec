import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { ObjectStoreError } from "@breakwater/object-store";
import type { Fault, StoreCall } from "@breakwater/object-store/testing";
import { systemClock } from "@breakwater/system-clock";
import { type Browser, chromium, type Page } from "playwright-core";
import { runStorageService } from "../run-storage-service.ts";
import { type HeldStore, heldStore } from "../testing/held-store.ts";
import { testIo } from "../testing/test-service.ts";

const executablePath = "/usr/bin/chromium";
const isThere = existsSync(executablePath);

describe.skipIf(!isThere)("in a Chromium (skipped without /usr/bin/chromium)", () => {
  let browser: Browser;
  let opened = new AsyncDisposableStack();
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());
  beforeEach(() => {
    opened = new AsyncDisposableStack();
  });
  afterEach(() => opened.disposeAsync());

  async function openPage(held: HeldStore, { token }: { token?: string } = {}): Promise<Page> {
    const service = await runStorageService({
      ...{ port: 0, hostname: "127.0.0.1", metricsPort: "off", environment: {}, token },
      io: testIo(held.store, systemClock()),
      sizes: { bytes: 1_000_000, parts: 10, parallel: 5 },
      log: { level: "silent" },
    });
    opened.use(service);
    const context = await browser.newContext();
    opened.defer(() => context.close());
    const page = await context.newPage();
    await page.goto(service.url.href);
    return page;
  }

  test("a button starts a test, the chart moves, the result appears, and all fits on a phone", async () => {
    const held = heldStore({ hold: "CompleteMultipartUpload" });
    const page = await openPage(held);
    const errors: unknown[] = [];
    page.on("pageerror", (error) => errors.push(error));
    const empty = await chartOf(page);
    await page.getByRole("button", { name: "Concurrent upload" }).press("Enter");
    await page.getByText("the store completes it").waitFor();
    const moved = await chartOf(page);
    held.release();
    await page.getByText("Concurrent upload: done").waitFor();
    const cells = await page.locator("#results tr").first().locator("td").allTextContents();
    const speed = expect.stringMatching(/^[\d.]+ MB\/s$/);
    const time = expect.stringMatching(/^[\d.]+ s$/);
    expect(cells).toEqual(["Concurrent", speed, time, expect.any(String)]);
    expect(moved).not.toBe(empty);
    expect(await focused(page)).toBe("concurrent");
    await page.setViewportSize({ width: 360, height: 700 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    expect(errors).toEqual([]);
  });

  test("a test that is cancelled and one that the store refuses are told in words", async () => {
    const error = new ObjectStoreError("access_denied", "No");
    const faults = ({ operation }: StoreCall): Fault | undefined =>
      operation === "CreateMultipartUpload" ? { error } : undefined;
    const held = heldStore({ hold: "PutObject", faults });
    const page = await openPage(held);
    await page.getByRole("button", { name: "Single upload" }).press("Enter");
    await held.reached;
    await page.getByText("Single upload…").waitFor();
    expect(await focused(page)).toBe("cancel");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("Upload failed: Cancelled").waitFor();
    await page.getByRole("button", { name: "Concurrent upload" }).click();
    await page.getByRole("alert").getByText("Upload failed: 403 - Access Denied").waitFor();
    expect(await page.locator("#results tr").count()).toBe(2);
  });

  test("the token is asked for, and again if it is wrong", async () => {
    const page = await openPage(heldStore({}), { token: "s3cret" });
    const field = page.getByLabel("This service asks for its token");
    await field.fill("wrong");
    await field.press("Enter");
    await page.getByText("That is not the token").waitFor();
    await field.fill("s3cret");
    await field.press("Enter");
    await page.getByText("Connected").waitFor();
    expect(await field.isVisible()).toBe(false);
    await page.getByRole("button", { name: "Concurrent upload" }).click();
    await page.getByText("Concurrent upload: done").waitFor();
  });
});

/** Its pixels. */
function chartOf(page: Page): Promise<unknown> {
  return page.evaluate("document.querySelector('canvas').toDataURL()");
}

/** The ID of what the keyboard is at. */
function focused(page: Page): Promise<unknown> {
  return page.evaluate("document.activeElement.id");
}
