import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Output } from "../bench.ts";
import { BenchError } from "../bench-error.ts";
import { SERVER_CORE } from "../bench-server.ts";
import { runPinned, toPinnedCommand } from "../pinned-process.ts";
import { readWrk } from "../readings/wrk.ts";
import { describeMachine } from "../results.ts";
import { findTool, root, workFolder } from "../tool.ts";
import { steps } from "./steps.ts";

const usage = `Measures what each part of the service kit's chain costs (some 6 minutes)

  npm run bench:chain -- [--rounds 5] [--seconds 4]

Writes bench/CHAIN.md.`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    help: { type: "boolean", short: "h" },
  },
});

interface Turn {
  readonly perSecond: number;
  /** Of the server's process, for a request. */
  readonly cpuMicros: number;
}

const logPath = join(workFolder, "chain.log");
const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stopped.abort());

if (values.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  mkdirSync(workFolder, { recursive: true });
  const turns: Turn[][] = steps.map(() => []);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const order = [...steps.keys()];
    // There and back, so that what changes with time falls on all alike.
    if (round % 2 === 1) order.reverse();
    for (const parts of order) {
      const turn = await measure(parts);
      turns[parts]!.push(turn);
      const rate = turn.perSecond.toFixed(0);
      console.error(`${steps[parts]!.name}: ${rate}/s, ${turn.cpuMicros.toFixed(1)} µs`);
    }
  }
  const page = toPage(turns);
  await Bun.write(join(root, "bench/CHAIN.md"), page);
  console.log(page);
}

async function measure(parts: number): Promise<Turn> {
  const log = openSync(logPath, "w");
  const command = [process.execPath, "bench/chain/server.ts", "--parts", `${parts}`];
  const child = Bun.spawn([...toPinnedCommand(command, SERVER_CORE)], {
    cwd: root,
    stdin: "ignore",
    stdout: "pipe",
    stderr: log,
    signal: stopped.signal,
  });
  try {
    const { url, token } = await firstLine(child.stdout);
    const wrk = findTool("wrk", "");
    if (wrk === undefined) throw new BenchError("run_failed", "Cannot measure without wrk");
    const load = async (seconds: number): Promise<Output> => {
      const headers = [`Authorization: Bearer ${token}`, "Origin: https://shop.test"];
      const flags = ["-t1", "-c64", `-d${seconds}s`, ...headers.flatMap((each) => ["-H", each])];
      const { stdout } = await runPinned([...wrk, ...flags, "-H", "Accept-Encoding: gzip", url], {
        core: 1,
        signal: stopped.signal,
        timeoutMs: (seconds + 10) * 1000,
      });
      return { stdout, summary: "" };
    };
    await load(1);
    const before = cpuSeconds(child.pid);
    const output = await load(Number(values.seconds));
    const spent = cpuSeconds(child.pid) - before;
    const { requests, seconds, lost } = readWrk(output);
    if (lost > 0) throw new BenchError("run_failed", `${lost} requests failed`);
    return { perSecond: requests / seconds, cpuMicros: (spent / requests) * 1e6 };
  } finally {
    child.kill("SIGKILL");
    await child.exited;
    closeSync(log);
    rmSync(logPath);
  }
}

async function firstLine(output: ReadableStream<Uint8Array>): Promise<{
  readonly url: string;
  readonly token: string;
}> {
  let said = "";
  for await (const bytes of output) {
    said += Buffer.from(bytes).toString();
    const found = /Listening on (\S+) (\S+)\n/.exec(said);
    if (found !== null) return { url: found[1]!, token: found[2]! };
  }
  throw new BenchError("server_not_up", `bench/chain/server.ts does not say where: ${said}`);
}

/** proc(5): utime and stime, in hundredths of a second. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function toPage(turns: readonly Turn[][]): string {
  const { processor, cores, kernel, bun } = describeMachine();
  const rates = turns.map((list) => median(list.map(({ perSecond }) => perSecond)));
  const costs = turns.map((list) => median(list.map(({ cpuMicros }) => cpuMicros)));
  return [
    "# What the service kit's chain costs",
    "",
    `Written by \`npm run bench:chain\` on ${new Date().toISOString().slice(0, 10)}: ${processor}, ${cores} cores,`,
    `Linux ${kernel}, Bun ${bun}. Server on core 0, wrk with 64 connections on core 1; medians of`,
    `${values.rounds} rounds of ${values.seconds} s, in turns. Each row has what stands above it as well.`,
    "",
    "| part | | requests/s | of the bare handler | processor, µs | more than before |",
    "| --- | --- | ---: | ---: | ---: | ---: |",
    ...steps.map(({ name, what }, index) => {
      const ratio = (rates[index]! / rates[0]!).toFixed(2);
      const more = index === 0 ? "" : (costs[index]! - costs[index - 1]!).toFixed(1);
      const cells = [name, what, rates[index]!.toFixed(0), ratio, costs[index]!.toFixed(1), more];
      return `| ${cells.join(" | ")} |`;
    }),
    "",
  ].join("\n");
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
