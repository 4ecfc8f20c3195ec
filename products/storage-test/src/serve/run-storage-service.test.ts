import { afterEach, beforeEach, expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import { type RunningStorageService, runStorageService, seedSizes } from "./run-storage-service.ts";
import type { TestSizes } from "./test-desk.ts";
import { type HeldStore, heldStore } from "./testing/held-store.ts";
import { testIo } from "./testing/test-service.ts";

const small: TestSizes = { bytes: 1_000_000, parts: 10, parallel: 5 };
let opened = new AsyncDisposableStack();
beforeEach(() => {
  opened = new AsyncDisposableStack();
});
afterEach(() => opened.disposeAsync());

async function start({ store }: HeldStore, sizes = small): Promise<RunningStorageService> {
  const service = await runStorageService({
    ...{ port: 0, hostname: "127.0.0.1", metricsPort: 0, environment: {}, sizes },
    io: testIo(store, systemClock()),
    log: { level: "silent" },
  });
  return opened.use(service);
}

test("a test runs, and health and metrics are there", async () => {
  const held = heldStore({});
  const { url, sideUrl } = await start(held);
  const answer = await fetch(new URL("/upload", url), { method: "POST" });
  const body = await answer.json();
  const health = await fetch(new URL("/health", url));
  const metrics = await (await fetch(new URL("/metrics", sideUrl))).text();
  expect([answer.status, body, health.status]).toEqual([
    200,
    expect.objectContaining({
      success: true,
      uploadSpeed: expect.stringMatching(/^\d+\.\d\d MB\/s$/),
    }),
    200,
  ]);
  expect(metrics).toContain('http_requests_total{method="POST",route="/upload",status="200"} 1');
});

test("a client that closes its connection cancels its test", async () => {
  const held = heldStore({ hold: "UploadPart" });
  const { url } = await start(held);
  const client = new AbortController();
  const events = await fetch(new URL("/events", url));
  const { signal } = client;
  const asking = fetch(new URL("/upload", url), { method: "POST", body: "{}", signal });
  const broken = asking.catch(() => "broken off");
  await held.reached;
  client.abort();
  expect(await untilText(events, "Upload failed: Cancelled")).toBe(true);
  expect(await broken).toBe("broken off");
  expect([held.store.contents.size, await held.store.unfinishedUploads()]).toEqual([0, []]);
});

test("stopping at once cancels the test, and waits until what it wrote is deleted", async () => {
  const held = heldStore({ hold: "UploadPart" });
  const service = await start(held);
  const asking = fetch(new URL("/upload", service.url), { method: "POST" }).catch(() => "cut off");
  await held.reached;
  await service.stop({ graceMs: 0 });
  expect(await asking).toBe("cut off");
  expect(await held.store.unfinishedUploads()).toEqual([]);
});

test("stopping waits for a test that is nearly done, and for nobody who only watches", async () => {
  const held = heldStore({ hold: "PutObject" });
  const service = await start(held);
  const events = await fetch(new URL("/events", service.url));
  const asking = fetch(new URL("/upload-single", service.url), { method: "POST" });
  await held.reached;
  const stopping = service.stop();
  await events.text();
  held.release();
  expect((await asking).status).toBe(200);
  await stopping;
});

test("100 MB of test data go through", async () => {
  const { url } = await start(heldStore({}));
  const size = 100 * 2 ** 20;
  expect(await drain(await fetch(new URL(`/generate?size=${size}`, url)))).toBe(size);
});

test("the size is the seed's where none is said", async () => {
  const { url } = await start(heldStore({}), seedSizes);
  const head = await fetch(new URL("/generate", url), { method: "HEAD" });
  expect(head.headers.get("content-length")).toBe(String(2 ** 30));
});

async function drain({ body }: Response): Promise<number> {
  let bytes = 0;
  for await (const chunk of body ?? []) bytes += chunk.length;
  return bytes;
}

/** Whether it says so before it ends. */
async function untilText({ body }: Response, wanted: string): Promise<boolean> {
  let text = "";
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.includes(wanted)) return true;
  }
  return false;
}
