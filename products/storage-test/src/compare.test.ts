import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compareResults, comparisonText, ratioInterval } from "./compare.ts";
import { parsePlan } from "./options.ts";
import { type OperationResult, RESULT_SCHEMA, type StorageResult } from "./result.ts";
import { StorageTestError } from "./storage-test-error.ts";

const none = { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };

function operation(bytesPerSecond: readonly number[]): OperationResult {
  const bytes = bytesPerSecond.reduce((all, each) => all + each, 0);
  return {
    ...{ operation: "put", count: 10, objects: 10, bytes, errors: {}, retries: 0, verified: 0 },
    mbPerSecond: bytes / bytesPerSecond.length / 1e6,
    ...{ operationsPerSecond: 1, objectsPerSecond: 1, firstByteMs: none, wholeMs: none },
    perSecond: { bytes: bytesPerSecond, operations: bytesPerSecond.map(() => 1) },
  };
}

function uploaded(bytesPerSecond: readonly number[], more: Partial<StorageResult> = {}) {
  const result: StorageResult = {
    ...{ schema: RESULT_SCHEMA, runId: "run", startedAt: "2026-01-01T00:00:00.000Z" },
    target: { endpoint: "http://127.0.0.1:9000", bucket: "b", region: "auto" },
    plan: parsePlan("upload", { method: "objects" }),
    phases: [
      {
        ...{ name: "upload objects", concurrency: 5, objectBytes: 100, partBytes: undefined },
        ...{ durationMs: 10_000, endedBy: "count", connectionsOpened: 5 },
        ...{ bytes: 1, mbPerSecond: 1, failed: 0, operations: [operation(bytesPerSecond)] },
      },
    ],
    ...{ sweep: undefined, failure: undefined },
    cleanUp: { deleted: 0, left: [], leftCount: 0 },
    ...more,
  };
  return result;
}

const even = (value: number): readonly number[] => new Array<number>(10).fill(value);
const noisy = [80, 120, 95, 105, 110, 90, 100, 100, 85, 115].map((each) => each * 1e6);

describe("two results beside each other", () => {
  test("twice as fast is twice as fast, and sure", () => {
    const [only] = compareResults(uploaded(even(1e8)), uploaded(even(2e8))).operations;
    expect(only).toMatchObject({ ratio: 2, interval: [2, 2], before: 100, after: 200 });
  });

  test("a difference within the noise does not show", () => {
    const slightly = noisy.map((each) => each * 1.01).toReversed();
    const text = comparisonText(compareResults(uploaded(noisy), uploaded(slightly)));
    expect(text).toContain("no difference that shows");
  });

  test("a difference beyond the noise is told with its direction", () => {
    const slower = noisy.map((each) => each * 0.7);
    expect(comparisonText(compareResults(uploaded(noisy), uploaded(slower)))).toContain(": slower");
  });

  test("too few seconds: the ratio without a claim", () => {
    const text = comparisonText(compareResults(uploaded([1, 2, 3]), uploaded([1, 2, 3])));
    expect(text).toContain("× 1.000; too few seconds");
  });

  test("what was set differently is said first", () => {
    const plan = parsePlan("upload", { method: "objects", concurrency: "10" });
    const { differences } = compareResults(uploaded(noisy), uploaded(noisy, { plan }));
    expect(differences).toEqual(["concurrency 5 → 10"]);
  });

  test("the interval has the ratio in it, and turns over with its sides", () => {
    const series = fc.array(fc.integer({ min: 50, max: 150 }), { minLength: 5, maxLength: 30 });
    const mean = (all: readonly number[]) => all.reduce((sum, each) => sum + each, 0) / all.length;
    fc.assert(
      fc.property(series, (one) => {
        const [low, high] = ratioInterval(one, one)!;
        expect(low).toBeLessThanOrEqual(1);
        expect(high).toBeGreaterThanOrEqual(1);
        expect(mean(one)).toBeGreaterThan(0);
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ["another test", { plan: parsePlan("stat", {}) }, "Cannot compare a test of upload with one"],
    ["no phase in common", { phases: [] }, "no operation in common"],
    [
      "other sizes",
      { phases: uploaded(noisy).phases.map((phase) => ({ ...phase, objectBytes: 5 })) },
      "Cannot compare objects of 100 B with 5 B (upload objects)",
    ],
  ])("%s says nothing about each other", (_what, more, sentence) => {
    const error = thrown(() => compareResults(uploaded(noisy), uploaded(noisy, more)));
    expect(error).toBeInstanceOf(StorageTestError);
    expect(String(error)).toContain(sentence);
  });
});

function thrown(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
