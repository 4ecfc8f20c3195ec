import { expect, test } from "bun:test";
import type { Goal, Run } from "./bench.ts";
import type { Results, Row } from "./results.ts";
import { resultsPage } from "./results-page.ts";
import { rowCells } from "./row-cells.ts";
import type { Entry } from "./run-bench.ts";
import type { Outcome } from "./verdict.ts";

const run: Run = {
  ...{ requests: 500_000, seconds: 5, lost: 2, served: 500_064 },
  ...{ peakRssMb: 80.4, sampledRssMb: 79.9, cpuSeconds: 4.9, serverRssMb: 50, serverGrowth: 1 },
};
const bw: Entry = {
  ...{
    label: "bw",
    connections: 64,
    command: "taskset -c 1 bw",
    runs: [run, run],
    problem: undefined,
  },
};
const wrk: Entry = { ...bw, label: "wrk", runs: [], problem: "wrk is missing" };

function row(goal: Goal, outcome: Outcome, ratio?: number): Row {
  const ratioRange = ratio === undefined ? undefined : ([0.9, 1.1] as const);
  return {
    ...{
      name: "url-64",
      title: "URL mode",
      measure: "requestsPerSecond",
      goal,
      entries: [bw, wrk],
    },
    verdict: {
      ...{ medians: [100_000, undefined], ratio, ratioRange, outcome, doubts: ["bw lied"] },
      difference: goal.kind === "difference" ? 250 : undefined,
    },
    measuredAt: "2026-11-21T17:03",
  };
}

test.each<[string, Row, string]>([
  [
    "a ratio is cut, so that 1.00 is 1",
    row({ kind: "ratio", atLeast: 1, aim: 1.2 }, "not reached", 0.9999),
    "url-64 | bw 100,000/s · wrk – | 0.99 (0.90–1.10) | ≥ 1, aim 1.2 | not reached, in doubt",
  ],
  [
    "a difference is told as what is more",
    row({ kind: "difference", atMost: 300 }, "reached", 1.1),
    "url-64 | bw 100,000/s · wrk – | +250/s | ≤ 300/s more | reached, in doubt",
  ],
  [
    "a value has no ratio without a peer",
    row({ kind: "value", atMost: 120 }, "reached"),
    "url-64 | bw 100,000/s · wrk – |  | ≤ 120/s | reached, in doubt",
  ],
  [
    "without a goal there is no ratio",
    row({ kind: "none" }, "for information", 2),
    "url-64 | bw 100,000/s · wrk – |  |  | for information, in doubt",
  ],
])("%s", (_name, shown, want) => {
  expect(rowCells(shown).join(" | ")).toBe(want);
});

test("the page shows the table, versions, and every command with its rounds", () => {
  const results: Results = {
    ...{ command: "npm run bench", startedAt: "2026-11-21", minutes: 19.6, rounds: 2, seconds: 5 },
    machine: {
      processor: "Xeon",
      cores: 2,
      memoryGb: 25,
      kernel: "6.1",
      loadBefore: 0.1,
      bun: "1.4.5",
    },
    versions: { ...({} as Results["versions"]), wrk: "missing" },
    rows: [row({ kind: "ratio", atLeast: 1 }, "not measured")],
  };
  const page = resultsPage(results);
  for (const line of [
    "| url-64 | bw 100,000/s · wrk – |  | ≥ 1 | not measured, in doubt |",
    "- Xeon, 2 cores, 25 GB, Linux 6.1",
    "- wrk missing",
    "- `taskset -c 1 bw`",
    "  - 100,000/s, 100,000/s",
    "  - 1,000,000 requests (the server counted 1,000,128); 4 lost; 98 % of its core; 80 MB at most (VmHWM); 80 MB in samples (VmRSS)",
    "- wrk: wrk is missing",
    "- in doubt: bw lied",
  ]) {
    expect(page.split("\n")).toContain(line);
  }
});
