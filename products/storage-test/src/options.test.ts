import { describe, expect, test } from "bun:test";
import { parsePlan } from "./options.ts";
import type { StorageTestName } from "./plan.ts";
import { StorageTestError } from "./storage-test-error.ts";

describe("what is meant without flags", () => {
  test("upload is 10 × 100 MB, five at a time, then all of it in one PUT", () => {
    expect(parsePlan("upload", {})).toEqual({
      ...{ test: "upload", prefix: "speed-test/", keepsObjects: false, concurrency: 5 },
      ...{ objectBytes: 100_000_000, count: 10, partBytes: 100_000_000, warmupMs: 0 },
      methods: ["objects", "single"],
      ending: { until: "count" },
    });
  });

  test("a mixed test runs for a time, unless the number of operations is given", () => {
    expect(parsePlan("mixed", {}).ending).toEqual({ until: "duration", durationMs: 30_000 });
    expect(parsePlan("mixed", { count: "100" }).ending).toEqual({ until: "count" });
  });

  test("where time ends it, an upload is of objects alone", () => {
    const plan = parsePlan("upload", { duration: "30s", size: "4K" });
    expect(plan).toMatchObject({ methods: ["objects"], objectBytes: 4096 });
  });

  test("until stable is 5 minutes at most", () => {
    expect(parsePlan("upload", { "until-stable": "5%" }).ending).toEqual({
      until: "stable",
      tolerance: 0.05,
      maxMs: 300_000,
    });
  });
});

test.each<[StorageTestName, Record<string, unknown>, string]>([
  ["upload", { size: "0" }, 'Cannot use "0" for --size: give 1 byte to 5 GiB'],
  ["sweep", { point: "0" }, 'Cannot measure each point for "0": give 100ms or more'],
  ["upload", { size: "big" }, 'Cannot read "big" as a number of bytes'],
  ["upload", { count: "-1" }, 'Cannot use "-1" for --count: give a whole number from 1'],
  ["upload", { method: "fast" }, 'Cannot use the method "fast": write one or more of objects, mu'],
  ["upload", { count: "100" }, "with one PUT, which takes 5 GiB"],
  ["upload", { "part-size": "1MiB" }, "Cannot upload parts of 1048576 bytes: S3 takes 5 MiB"],
  ["upload", { prefix: "/a" }, 'Cannot write under the prefix "/a"'],
  ["upload", { "until-stable": "0" }, 'Cannot read --until-stable "0": write 0.1 to 50'],
  ["upload", { duration: "0s" }, 'Cannot measure for "0s"'],
  ["upload", { duration: "25h" }, 'Cannot use "25h" for --duration: a day is the most'],
  ["upload", { method: "multipart", count: "1000000" }, "Cannot upload an object in 1000000 parts"],
  ["download", { key: ["a"], from: "b/" }, "Cannot use --key and --from together"],
  ["download", { key: ["a"], size: "1K" }, "Cannot use --size with --key or --from"],
  ["mixed", { weights: "get=1,fly=2" }, 'Cannot read "fly=2" of --weights'],
  ["mixed", { weights: "get=0" }, "Cannot mix operations that all weigh 0"],
  ["mixed", { weights: "put=1,delete=2" }, "Cannot delete more (2) than is put (1)"],
  ["mixed", { count: "10" }, "Cannot keep 20 operations apart on 10 objects: give --count 48"],
  ["sweep", { direction: "down" }, 'Cannot sweep "down": write upload or download'],
  ["sweep", { "part-sizes": "1MiB" }, "Cannot use parts of 1048576 bytes"],
  ["sweep", { concurrencies: "1,999" }, 'Cannot use "999" for --concurrencies'],
  ["list", { "max-keys": "1001" }, 'Cannot use "1001" for --max-keys'],
])("%s with %j is refused in a sentence", (name, fields, sentence) => {
  let error: unknown;
  try {
    parsePlan(name, fields);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(StorageTestError);
  expect(String(error)).toContain(sentence);
  expect(String(error)).not.toEndWith(".");
});
