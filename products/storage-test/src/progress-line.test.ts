import { describe, expect, test } from "bun:test";
import type { StorageProgress } from "./progress.ts";
import { describeProgress, ProgressLine } from "./progress-line.ts";

const progress: StorageProgress = {
  ...{ runId: "run", phase: "upload objects", stage: "measuring", elapsedMs: 3500 },
  ...{ operations: 3, totalOperations: 10, bytes: 320_000_000, totalBytes: 1_000_000_000 },
  ...{ mbPerSecond: 93.44, meanMbPerSecond: 91.43, etaMs: 7437, errors: 0, retries: 0 },
};

describe("how a test stands", () => {
  test.each([
    [
      {},
      "upload objects  3.5s  now 93.4 MB/s  mean 91.4 MB/s  320 MB/1.0 GB  3/10 done  7.4s left",
    ],
    [
      { errors: 2, retries: 1, totalOperations: undefined, totalBytes: undefined },
      "upload objects  3.5s  now 93.4 MB/s  mean 91.4 MB/s  320 MB  3 done  7.4s left  2 failed  1 retries",
    ],
    [
      { phase: "stat", bytes: 0, mbPerSecond: 0, operations: 700, totalOperations: 1000 },
      "stat  3.5s  200/s  700/1,000 done  7.4s left",
    ],
    [
      { phase: "deleting what was written", stage: "cleaning-up", operations: 1000 },
      "deleting what was written: 1,000 objects",
    ],
  ] as const)("with %j", (more, line) => {
    expect(describeProgress({ ...progress, ...more })).toBe(line);
  });

  test("on a terminal it is one line, no wider than that", () => {
    let written = "";
    const write = (text: string): void => {
      written += text;
    };
    const line = new ProgressLine({ write, isTerminal: true, columns: () => 30 });
    line.update(progress);
    line.clear();
    line.clear();
    expect(written).toBe("\rupload objects  3.5s  now 93.\x1b[K\r\x1b[K");
  });

  test("in a log it is a line every five seconds, and one when another phase begins", () => {
    const lines: string[] = [];
    const write = (text: string): void => void lines.push(text);
    const line = new ProgressLine({ write, isTerminal: false, columns: () => undefined });
    line.update({ ...progress, phase: "preparing", stage: "preparing", elapsedMs: 0 });
    for (let ms = 0; ms <= 11_000; ms += 250) line.update({ ...progress, elapsedMs: ms });
    expect(lines.map((each) => each.slice(0, 21).trimEnd())).toEqual([
      "preparing",
      "upload objects",
      "upload objects  5.0s",
      "upload objects  10s",
    ]);
  });
});
