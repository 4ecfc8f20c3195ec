import { describe, expect, test } from "bun:test";
import { neighbours, type PointSettings, recommend, toPoint } from "./sweep.ts";

const MIB = 2 ** 20;

const point = (mib: number, concurrency: number, ...mbPerSecond: readonly number[]) =>
  toPoint({ settings: { partBytes: mib * MIB, concurrency }, mbPerSecond, failed: 0 });

describe("what a sweep recommends", () => {
  test.each([
    [
      "the fastest, when it is clearly so",
      [point(8, 1, 50, 50), point(8, 4, 100, 102), point(32, 4, 180, 182)],
      "Upload parts of 32 MiB, 4 at a time: 181.0 MB/s ± 0.6 % over 2 measurements; the next, 8 MiB × 4, was 44 % slower, where the noise between repeats is 3.0 %",
    ],
    [
      "the cheaper of two that do not differ",
      [point(8, 4, 98, 99), point(8, 16, 100, 99), point(32, 16, 99, 99)],
      "Upload parts of 8 MiB, 4 at a time: 98.5 MB/s ± 0.5 % over 2 measurements; 8 MiB × 16 was 1.0 % faster, which is within the noise (3.0 %)",
    ],
    [
      "nothing for sure, when repeats differ much",
      [point(8, 1, 50, 100), point(8, 4, 40, 120)],
      "Upload parts of 8 MiB, 1 at a time: 75.0 MB/s ± 33 % over 2 measurements; unsure, for the noise between repeats is 50 %: measure again with a longer --point",
    ],
    ["all there is", [point(5, 1, 10, 10)], "Upload parts of 5 MiB, 1 at a time: 10.0 MB/s"],
  ])("is %s", (_what, points, sentence) => {
    expect(recommend(points, "upload").recommendation).toStartWith(sentence);
  });

  test("is no point at which something failed", () => {
    const failing = { ...point(8, 64, 500, 500), failed: 3 };
    expect(recommend([point(8, 4, 100, 100), failing], "upload").best.concurrency).toBe(4);
    expect(recommend([failing], "upload").best).toBe(failing);
  });
});

test.each<[PointSettings, readonly (readonly [number, number])[]]>([
  [
    { partBytes: 16 * MIB, concurrency: 4 },
    [
      [8, 4],
      [32, 4],
      [16, 2],
      [16, 8],
    ],
  ],
  [
    { partBytes: 8 * MIB, concurrency: 1 },
    [
      [16, 1],
      [8, 2],
    ],
  ],
  [
    { partBytes: 5120 * MIB, concurrency: 256 },
    [
      [2560, 256],
      [5120, 128],
    ],
  ],
])("beside %j lie those that S3 takes", (settings, expected) => {
  const all = neighbours(settings, { minPartBytes: 5 * MIB, maxConcurrency: 256 });
  expect(all.map(({ partBytes, concurrency }) => [partBytes / MIB, concurrency])).toEqual(
    expected.map((each) => [...each]),
  );
});
