import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, Candidate, Driver } from "./bench.ts";
import { BenchError } from "./bench-error.ts";
import { runBench, turns } from "./run-bench.ts";

test.each([
  [2, 2, "01 10"],
  [3, 2, "01 10 01"],
  [2, 3, "012 210"],
  [2, 1, "0 0"],
  [2, 0, " "],
])("%d rounds of %d candidates run in the order %s", (rounds, candidates, want) => {
  const order = Array.from({ length: rounds }, (_, round) =>
    turns(rounds, candidates)
      .filter((turn) => turn.round === round)
      .map(({ index }) => index)
      .join(""),
  );
  expect(order.join(" ")).toBe(want);
});

/** In the place of `bw`: an origin that is up at once, and tools that say what they are told to. */
const stub = `
  const [command, ...rest] = process.argv.slice(2);
  if (command === "origin") {
    Bun.serve({ port: Number(rest[1]), hostname: "127.0.0.1", fetch: () => new Response("ok") });
  } else if (command === "say") {
    const response = await fetch(rest[1]);
    console.log(rest[0], await response.text());
  } else {
    console.error("no such command");
    process.exit(3);
  }
`;

function says(label: string, ...command: readonly string[]): Candidate {
  const driver: Driver = {
    tool: "bw",
    connections: 1,
    environment: { WORD: label },
    toArguments: ({ url }) => [...command, url],
    read: ({ stdout }) => ({
      requests: stdout.trim() === `${label} ok` ? 1 : 0,
      seconds: 1,
      lost: 0,
    }),
  };
  return { label, server: "origin", path: "/health", driver };
}

const needsWrk: Candidate = { ...says("b"), driver: { ...says("b").driver, tool: "wrk" } };

async function measure(candidates: Bench["candidates"], signal = new AbortController().signal) {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const log: string[] = [];
  try {
    await Bun.write(join(folder, "stub.ts"), stub);
    const goal = { kind: "none" } as const;
    const bench: Bench = { name: "a", title: "a", candidates, measure: "requestsPerSecond", goal };
    const entries = await runBench(bench, {
      rounds: 2,
      seconds: 1,
      find: (tool) => (tool === "bw" ? [process.execPath, join(folder, "stub.ts")] : undefined),
      onRun: ({ label }, round) => log.push(`${round}${label}`),
      signal,
    });
    return { entries, log };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Both cores of the benches are needed, and what pins a process to one. */
const isUnfit = Bun.which("taskset") === null || navigator.hardwareConcurrency < 2;

test.skipIf(isUnfit)("candidates take turns against one server, and are watched", async () => {
  const { entries, log } = await measure([says("a", "say", "a"), says("b", "say", "b")]);
  expect(log).toEqual(["0a", "0b", "1b", "1a"]);
  expect(entries.map(({ problem }) => problem)).toEqual([undefined, undefined]);
  const runs = entries.flatMap((entry) => entry.runs);
  expect(runs.map(({ requests }) => requests)).toEqual([1, 1, 1, 1]);
  expect(runs.every(({ cpuSeconds }) => cpuSeconds > 0)).toBe(true);
  expect(entries[0]?.command).toMatch(/^WORD=a taskset -c 1 \S+ \S+stub\.ts say a http:\/\/127\./);
});

test.skipIf(isUnfit)("what fails or is missing leaves the others their runs", async () => {
  const { entries, log } = await measure([says("a", "fail"), needsWrk, says("c", "say", "c")]);
  expect(log).toEqual(["0c", "1c"]);
  expect(entries.map(({ runs }) => runs.length)).toEqual([0, 0, 2]);
  expect(entries[0]?.problem).toContain("exited with 3; it ended with: no such command");
  expect(entries[1]?.problem).toBe("wrk is missing");
});

test.skipIf(isUnfit)("a bench that is stopped ends its processes and does not go on", async () => {
  const stopped = new AbortController();
  stopped.abort();
  const error = await measure([says("a", "say", "a")], stopped.signal).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(Error);
});

test.skipIf(isUnfit)("a server that ends at once is told with its last words", async () => {
  const find = () => [process.execPath, "-e", "console.error('no port'); process.exit(1)"];
  const bench: Bench = {
    ...{ name: "a", title: "a", measure: "requestsPerSecond", goal: { kind: "none" } },
    candidates: [says("a")],
  };
  const { signal } = new AbortController();
  const options = { rounds: 1, seconds: 1, find, onRun: () => {}, signal };
  const error = await runBench(bench, options).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(BenchError);
  expect(error.message).toMatch(/does not answer: no port$/);
});
