import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningS3Server, startS3Server } from "@breakwater/s3-server";
import { systemClock } from "@breakwater/system-clock";
import { deleteRun, findLeftRuns } from "./clean-up.ts";
import type { Fields } from "./flags.ts";
import { parsePlan } from "./options.ts";
import type { StorageTestName } from "./plan.ts";
import type { StorageResult } from "./result.ts";
import { runStorageTest } from "./run-storage-test.ts";
import { storageSettings, storeOpener } from "./settings.ts";

const edge = { clock: systemClock(), epochMs: Date.now, random: Math.random };
const opened = new AsyncDisposableStack();
let server: RunningS3Server;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "storage-test-"));
  opened.defer(() => rm(folder, { recursive: true }));
  server = opened.use(
    await startS3Server({
      ...{ folder, durability: "none", createsBuckets: true, hostname: "127.0.0.1", port: 0 },
      credentials: [{ accessKey: "key", secretKey: "secret-of-the-test" }],
      ...{ clock: edge.clock, epochMs: edge.epochMs, newId: () => crypto.randomUUID() },
      onError: (error) => {
        throw error;
      },
    }),
  );
});
afterAll(() => opened.disposeAsync());

function settings(fields: Fields = {}) {
  const endpoint = server.url.href.replace(/\/$/, "");
  const secret = { "access-key": "key", "secret-key": "secret-of-the-test" };
  return storageSettings({ endpoint, bucket: "speed", ...secret, ...fields }, {});
}

function run(test: StorageTestName, fields: Fields, store: Fields = {}): Promise<StorageResult> {
  const target = settings(store);
  return runStorageTest(parsePlan(test, fields), {
    ...{ target, openStore: storeOpener(target, edge), ...edge, newId: () => Bun.randomUUIDv7() },
    ...{ onProgress: () => {}, signal: new AbortController().signal },
  });
}

const leftRuns = () => findLeftRuns(storeOpener(settings(), edge), { prefix: "speed-test/" });

describe("against a real store", () => {
  test.each<[StorageTestName, Fields]>([
    ["upload", { size: "6MiB", count: "3", method: "objects,multipart,single" }],
    ["upload", { size: "1K", count: "50", concurrency: "10", method: "objects" }],
    [
      "download",
      { size: "6MiB", count: "3", "part-size": "5MiB", method: "objects,ranges,single" },
    ],
    ["stat", { count: "50" }],
    ["list", { count: "50", "max-keys": "20" }],
    ["delete", { count: "50", batch: "20" }],
    ["mixed", { size: "10K", count: "60" }],
  ])("%s with %j does all of it and leaves nothing", async (name, fields) => {
    const result = await run(name, fields);
    expect(result.failure).toBeUndefined();
    for (const phase of result.phases) {
      expect(phase.failed).toBe(0);
      expect(phase.operations[0]!.wholeMs.p50).toBeGreaterThan(0);
      expect(phase.operations[0]!.firstByteMs.count).toBeGreaterThan(0);
      expect(phase.connectionsOpened).toBeLessThanOrEqual(phase.concurrency);
    }
    expect(await leftRuns()).toEqual([]);
  });

  test("what was kept is found, and deleted when it is asked for", async () => {
    const result = await run("upload", { size: "1K", count: "5", method: "objects", keep: true });
    const [left, ...others] = await leftRuns();
    expect(left).toMatchObject({ runId: result.runId, objects: 5, bytes: 5120 });
    expect(others).toEqual([]);
    const openStore = storeOpener(settings(), edge);
    await deleteRun(openStore, { root: left!.root, onDeleted: () => {} });
    expect(await leftRuns()).toEqual([]);
  });

  test("what the service has left, one object or upload with the run's own key, is found", async () => {
    const openStore = storeOpener(settings(), edge);
    await using store = openStore({ observe: () => {}, maxConnections: 1 });
    const [object, upload] = [crypto.randomUUID(), crypto.randomUUID()];
    await store.put(`speed-test/${object}`, "left");
    await store.startUpload(`speed-test/${upload}`);
    await store.put("speed-test/notes.txt", "of someone else");
    const left = await leftRuns();
    expect(new Set(left.map(({ runId }) => runId))).toEqual(new Set([object, upload]));
    for (const { root } of left) await deleteRun(openStore, { root, onDeleted: () => {} });
    expect(await leftRuns()).toEqual([]);
    expect(await store.head("speed-test/notes.txt")).toBeDefined();
  });

  test("existing objects are downloaded by their prefix", async () => {
    const kept = await run("upload", { size: "1K", count: "5", method: "objects", keep: true });
    const from = `speed-test/${kept.runId}/`;
    const { phases } = await run("download", { from, method: "objects" });
    expect(phases[0]?.operations[0]).toMatchObject({ count: 5, bytes: 5120, verified: 0 });
    await deleteRun(storeOpener(settings(), edge), {
      root: from.slice(0, -1),
      onDeleted: () => {},
    });
  });

  test("a wrong key is one sentence", async () => {
    const { failure, cleanUp } = await run("upload", {}, { "secret-key": "wrong" });
    expect(failure).toMatchObject({ code: "access_denied" });
    expect(failure?.message).not.toEndWith(".");
    expect(cleanUp.deleted).toBe(0);
  });

  test("a store that is not there is one sentence", async () => {
    using closed = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
    const endpoint = `http://127.0.0.1:${closed.port}`;
    closed.stop(true);
    const { failure } = await run("stat", {}, { endpoint });
    expect(failure).toMatchObject({ code: "unreachable" });
  });
});
