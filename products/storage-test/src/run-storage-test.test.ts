import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { ObjectStoreError } from "@breakwater/object-store";
import type { FaultPlan } from "@breakwater/object-store/testing";
import { parsePlan } from "./options.ts";
import type { StoragePlan } from "./plan.ts";
import { summaryText } from "./summary.ts";
import { finished, memoryRun, RUN_ID, takes } from "./testing/memory-run.ts";

const slowDown = new ObjectStoreError("overloaded", "The store is overloaded (SlowDown)");

async function run(plan: StoragePlan, faults?: (clock: FakeClock) => FaultPlan) {
  const clock = new FakeClock();
  const started = memoryRun(plan, { clock, faults: (faults ?? ((it) => takes(it, 10)))(clock) });
  return { ...started, clock, result: await finished(clock, started.result) };
}

describe("an upload", () => {
  test("of objects counts, times and deletes them", async () => {
    const plan = parsePlan("upload", { size: "10KB", count: "10", method: "objects" });
    const { result, store } = await run(plan);
    const [phase] = result.phases;
    expect(phase).toMatchObject({ name: "upload objects", bytes: 100_000, endedBy: "count" });
    expect(phase?.operations[0]).toMatchObject({ operation: "put", count: 10, errors: {} });
    expect(phase?.operations[0]?.wholeMs.p50).toBeCloseTo(10, 0);
    // Two batches of five, 10 ms each.
    expect(phase?.durationMs).toBe(20);
    expect(result.cleanUp).toEqual({ deleted: 10, left: [], leftCount: 0 });
    expect(store.contents.size).toBe(0);
  });

  test("says all three ways of it, and keeps the objects when it is told to", async () => {
    const fields = { size: "6MiB", count: "2", method: "objects,multipart,single", keep: true };
    const { result, store } = await run(parsePlan("upload", fields));
    expect(result.phases.map(({ name, bytes }) => [name, bytes])).toEqual([
      ["upload objects", 12_582_912],
      ["upload multipart", 12_582_912],
      ["upload single", 12_582_912],
    ]);
    const sizes = [...store.contents].map(([key, { bytes }]) => [key, bytes.length]);
    expect(sizes).toEqual([
      [`speed-test/${RUN_ID}/objects/0`, 6_291_456],
      [`speed-test/${RUN_ID}/objects/1`, 6_291_456],
      [`speed-test/${RUN_ID}/multipart/0`, 12_582_912],
      [`speed-test/${RUN_ID}/single/0`, 12_582_912],
    ]);
    expect(summaryText(result)).toContain(`Kept under speed-test/${RUN_ID}`);
  });

  test("never has more under way than it was told", async () => {
    let underWay = 0;
    let most = 0;
    const plan = parsePlan("upload", { size: "1K", count: "40", concurrency: "7" });
    await run({ ...plan, methods: ["objects"] }, (clock) => async (call) => {
      if (call.operation !== "PutObject") return undefined;
      underWay += 1;
      most = Math.max(most, underWay);
      await takes(clock, 5)(call);
      underWay -= 1;
      return undefined;
    });
    expect(most).toBe(7);
  });

  test("for a time measures what lies behind the warm-up", async () => {
    const fields = { size: "1K", duration: "3s", warmup: "1s", concurrency: "4" };
    const { result, progress, store } = await run(parsePlan("upload", fields));
    const [phase] = result.phases;
    expect(phase).toMatchObject({ endedBy: "duration", durationMs: 3000 });
    // 4 at a time, 10 ms each: 400 a second, of which the warm-up's are left out.
    expect(phase?.operations[0]?.count).toBeWithin(1190, 1201);
    expect(phase?.operations[0]?.perSecond.operations).toHaveLength(3);
    expect(progress.map(({ stage }) => stage)).toContain("warming-up");
    expect(store.contents.size).toBe(0);
  });

  test("until stable ends when it has settled, not at its latest end", async () => {
    const fields = { size: "10KB", "until-stable": "5", duration: "1h" };
    const { result } = await run(parsePlan("upload", fields), (clock) => takes(clock, 100));
    expect(result.phases[0]).toMatchObject({ endedBy: "stable" });
    expect(result.phases[0]!.durationMs).toBeWithin(15_000, 17_000);
  });
});

describe("a download", () => {
  test.each(["objects", "ranges", "single"])(
    "of %s is compared with what was sent",
    async (method) => {
      const fields = { size: "300KB", count: "4", "part-size": "250KB", method };
      const { result, store } = await run(parsePlan("download", fields));
      const [phase] = result.phases;
      expect(phase).toMatchObject({ name: `download ${method}`, bytes: 1_200_000, failed: 0 });
      expect(phase!.operations[0]!.verified).toBe(phase!.operations[0]!.count);
      expect(store.contents.size).toBe(0);
    },
  );

  test("that brings something else is an error that is counted", async () => {
    const clock = new FakeClock();
    const plan = parsePlan("download", { size: "1K", count: "10", method: "objects" });
    const started = memoryRun(plan, {
      clock,
      faults: ({ operation, key }) => {
        const found = started.store.contents.get(key ?? "");
        if (operation === "GetObject" && key?.endsWith("/3")) found!.bytes[100]! ^= 1;
        return undefined;
      },
    });
    const result = await finished(clock, started.result);
    expect(result.phases[0]?.operations[0]).toMatchObject({ errors: { corrupted: 1 }, count: 9 });
    expect(result.phases[0]?.failed).toBe(1);
  });

  test("of keys that are not there says which", async () => {
    const { result } = await run(parsePlan("download", { key: ["no/such"] }));
    expect(result.failure).toMatchObject({
      code: "no_such_key",
      message: 'The store has no object "no/such"',
    });
  });
});

test.each<[string, StoragePlan, Record<string, unknown>]>([
  ["stat", parsePlan("stat", { count: "50" }), { count: 50, objects: 50 }],
  ["list", parsePlan("list", { count: "50", "max-keys": "20" }), { count: 3 }],
  ["delete", parsePlan("delete", { count: "50" }), { count: 50, objects: 50 }],
  [
    "delete in batches",
    parsePlan("delete", { count: "50", batch: "20" }),
    { count: 3, objects: 50 },
  ],
])("%s works on objects that it uploads first", async (_what, plan, expected) => {
  const { result, store } = await run(plan);
  expect(result.failure).toBeUndefined();
  expect(result.phases[0]?.operations[0]).toMatchObject(expected);
  expect(store.contents.size).toBe(0);
});

test("a mixed test keeps its weights, and nothing it reads is gone", async () => {
  const fields = { size: "1K", count: "100", duration: "10s" };
  const { result, store } = await run(parsePlan("mixed", fields));
  const counts = result.phases[0]!.operations.map(({ operation, count }) => [operation, count]);
  const all = result.phases[0]!.operations.reduce((sum, { count }) => sum + count, 0);
  const shares = Object.fromEntries(counts.map(([name, count]) => [name, Number(count) / all]));
  expect(result.phases[0]?.failed).toBe(0);
  expect(shares).toEqual({
    get: expect.closeTo(0.45, 2),
    stat: expect.closeTo(0.3, 2),
    put: expect.closeTo(0.15, 2),
    delete: expect.closeTo(0.1, 2),
  });
  expect(store.contents.size).toBe(0);
});

test.each(["upload", "download"] as const)(
  "a sweep of %s names what was fastest",
  async (direction) => {
    const plan: StoragePlan = {
      ...parsePlan("sweep", { direction, concurrencies: "1,2", point: "2s", warmup: "100ms" }),
      partSizes: [8192, 16384],
    };
    // Each call takes 100 ms, whatever it moves: the more at once and the larger, the better.
    const { result, store, clock } = await run(plan, (it) => takes(it, 100));
    const points = result.sweep!.points.map(({ partBytes, concurrency, meanMbPerSecond }) => [
      partBytes,
      concurrency,
      Math.round(meanMbPerSecond * 100) / 100,
    ]);
    expect(points).toEqual([
      ...[
        [8192, 1, 0.08],
        [16384, 1, 0.16],
        [8192, 2, 0.16],
        [16384, 2, 0.33],
      ],
      ...[
        [32768, 2, 0.66],
        [16384, 4, 0.66],
      ],
    ]);
    const what = direction === "upload" ? "Upload parts" : "Download ranges";
    expect(result.sweep?.recommendation).toBe(
      `${what} of 0.03 MiB, 2 at a time: 0.7 MB/s ± 0.0 % over 2 measurements; 0.02 MiB × 4 gave as much, where the noise between repeats is 3.0 %`,
    );
    expect(store.contents.size).toBe(0);
    expect(await finished(clock, store.unfinishedUploads())).toEqual([]);
  },
);

test("parts that became no object are aborted, though objects are kept", async () => {
  const plan = parsePlan("upload", { size: "6MiB", method: "multipart", keep: true });
  const failing =
    (): FaultPlan =>
    ({ partNumber }) =>
      partNumber === 2 ? { error: slowDown } : undefined;
  const { store } = await run(plan, failing);
  expect(await store.unfinishedUploads()).toEqual([]);
});

describe("a store that fails", () => {
  test.each([
    ["access_denied", "The store refused the key"],
    ["unreachable", "Cannot connect to the store"],
    ["no_such_bucket", "There is no such bucket"],
  ] as const)("from the beginning (%s) ends the test at once", async (code, message) => {
    const error = new ObjectStoreError(code, message, { detail: "as the store said it" });
    const { result, store } = await run(parsePlan("upload", {}), () => () => ({ error }));
    expect(result.failure).toEqual({ code, message, detail: "as the store said it" });
    expect(result.phases[0]).toMatchObject({ endedBy: "failed" });
    expect(store.calls.filter(({ operation }) => operation === "PutObject").length).toBe(5);
  });

  test("now and then is counted by code, and the test goes on", async () => {
    const plan = parsePlan("upload", { size: "1K", count: "30", method: "objects" });
    const { result } = await run(
      plan,
      () =>
        ({ operation, ordinal }) =>
          operation === "PutObject" && ordinal % 3 === 0 ? { error: slowDown } : undefined,
    );
    expect(result.failure).toBeUndefined();
    expect(result.phases[0]?.operations[0]).toMatchObject({
      errors: { overloaded: 10 },
      count: 20,
    });
    expect(summaryText(result)).toContain("errors     overloaded 10");
  });

  test("adds nothing to the throughput by what it failed to take", async () => {
    const plan = parsePlan("upload", { size: "100KB", count: "4", method: "objects" });
    const { result } = await run(
      plan,
      () =>
        ({ operation, key }) =>
          operation === "PutObject" && key?.endsWith("/2")
            ? { error: slowDown, when: "after" }
            : undefined,
    );
    expect(result.phases[0]).toMatchObject({ bytes: 300_000, failed: 1 });
  });

  test("again and again is given up", async () => {
    const plan = parsePlan("upload", { size: "1K", count: "1000", method: "objects" });
    const { result, store } = await run(
      plan,
      () =>
        ({ operation, ordinal }) =>
          operation === "PutObject" && ordinal > 100 ? { error: slowDown } : undefined,
    );
    expect(result.failure).toMatchObject({ code: "overloaded" });
    expect(store.calls.filter(({ operation }) => operation === "PutObject").length).toBeLessThan(
      130,
    );
    expect(store.contents.size).toBe(0);
  });

  test("in the preparation is said to have done so", async () => {
    const plan = parsePlan("stat", { count: "50" });
    const { result } = await run(
      plan,
      () =>
        ({ operation, ordinal }) =>
          operation === "PutObject" && ordinal === 9 ? { error: slowDown } : undefined,
    );
    expect(result.failure?.message).toBe(
      "The test could not be prepared: 1 of 50 operations failed (overloaded)",
    );
    expect(result.phases).toEqual([]);
  });

  test("a part that does not arrive leaves no upload behind", async () => {
    const plan = parsePlan("upload", { size: "6MiB", count: "4", method: "multipart" });
    const { result, store } = await run(
      plan,
      () =>
        ({ partNumber }) =>
          partNumber === 2 ? { error: slowDown } : undefined,
    );
    expect(result.phases[0]?.operations[0]).toMatchObject({ errors: { overloaded: 1 }, count: 3 });
    expect(store.contents.size).toBe(0);
    expect(await store.unfinishedUploads()).toEqual([]);
  });

  test("that does not delete is told with what is left", async () => {
    const plan = parsePlan("upload", { size: "1K", count: "3", method: "objects" });
    const { result } = await run(
      plan,
      () =>
        ({ operation }) =>
          operation === "DeleteObjects" ? { error: slowDown } : undefined,
    );
    expect(result.cleanUp).toMatchObject({ deleted: 0, leftCount: 3 });
    expect(summaryText(result)).toContain(`bw storage cleanup --run ${RUN_ID}`);
  });
});

test.each(["objects", "multipart", "single"])(
  "stopped early (%s), it breaks off and deletes what was written",
  async (method) => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const plan = parsePlan("upload", { size: "6MiB", count: "8", concurrency: "2", method });
    const { store, result } = memoryRun(plan, {
      clock,
      signal: controller.signal,
      faults: takes(clock, 200),
    });
    clock.at(150, () => controller.abort());
    const ended = await finished(clock, result);
    expect(ended.failure?.code).toBe("interrupted");
    expect(ended.phases[0]?.endedBy).toBe("interrupted");
    expect(store.contents.size).toBe(0);
    expect(await finished(clock, store.unfinishedUploads())).toEqual([]);
  },
);

test("what the store makes an object of after the test was stopped is deleted, too", async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const plan = parsePlan("upload", { size: "1KB", count: "8", method: "objects" });
  const { store, result } = memoryRun(plan, {
    clock,
    signal: controller.signal,
    faults: takes(clock, 200),
  });
  clock.at(150, () => controller.abort());
  clock.at(400, () => void store.put(`speed-test/${RUN_ID}/objects/7`, "late"));
  await finished(clock, result);
  expect(store.contents.size).toBe(0);
});
