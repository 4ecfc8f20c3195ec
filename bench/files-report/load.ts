import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "../bench-error.ts";
import { CLIENT_CORE } from "../bench-server.ts";
import { readMemory } from "../memory.ts";
import { cpuSeconds, freePort } from "../parts/answering-process.ts";
import { startPinned } from "../pinned-process.ts";
import { bw } from "../storage/stores.ts";
import { workFolder } from "../tool.ts";
import type { FileService } from "./service.ts";
import { type Sample, type Slope, slopeOf } from "./slope.ts";

/** A load test as it went. */
export interface LoadRun {
  readonly name: string;
  readonly exitCode: number;
  readonly seconds: number;
  readonly metrics: Readonly<Record<string, Metric | undefined>>;
  readonly checks: readonly Check[];
  /** What failed, by the load test's own thresholds. */
  readonly failedThresholds: readonly string[];
  readonly ticks: readonly Tick[];
  /** Of the service's memory in MB, after a fifth of the time; undefined if that is short. */
  readonly rssSlope: Slope | undefined;
  /** Of the service, over the whole test. */
  readonly serviceCpuSeconds: number;
  /** Of one core: near 1 it was the load that could do no more. */
  readonly clientCpuShare: number;
}

export interface Metric {
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
}

export interface Check {
  readonly name: string;
  readonly passes: number;
  readonly fails: number;
}

/** Once a second. */
export interface Tick {
  readonly seconds: number;
  readonly rssMb: number;
  readonly users: number;
  readonly requests: number;
}

export interface LoadOptions {
  /** The script's name in examples/scripts/files, and that of its result file. */
  readonly script: string;
  readonly name: string;
  readonly factor: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const TREND = "avg,min,med,max,p(90),p(95),p(99)";

/** Runs one of examples/scripts/files on the clients' core, and looks on once a second. */
export async function runLoad(service: FileService, options: LoadOptions): Promise<LoadRun> {
  const { script, name, factor, environment, signal } = options;
  const results = join(workFolder, "files-report-results");
  mkdirSync(results, { recursive: true });
  const env = {
    BASE_URL: service.url,
    RESULTS: results,
    DURATION_FACTOR: `${factor}`,
    ...environment,
  };
  const address = `127.0.0.1:${freePort()}`;
  const command = [
    ...[...bw, "run", `examples/scripts/files/${script}.js`, "-q", "--workers", "1"],
    ...["--address", address, "--summary-trend-stats", TREND],
    ...Object.entries(env).flatMap(([key, value]) => ["-e", `${key}=${value}`]),
  ];
  const cpuBefore = cpuSeconds(service.pid);
  const startMs = performance.now();
  const child = startPinned(command, { core: CLIENT_CORE, signal, killSignal: "SIGKILL" });
  const watch = watchLoad(service.pid, address);
  const [, log, exitCode] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  const { ticks, rss } = await watch.stop();
  signal.throwIfAborted();
  if (exitCode !== 0 && exitCode !== 99) {
    throw new BenchError("run_failed", `${script}.js exited with ${exitCode}: ${log.slice(-400)}`);
  }
  const seconds = (performance.now() - startMs) / 1000;
  const clientCpu = Number(child.resourceUsage()?.cpuTime.total ?? 0n) / 1e6;
  const data = (await Bun.file(join(results, `${name}_results.json`)).json()) as SummaryData;
  return {
    ...{ name, exitCode, seconds, ticks, metrics: data.metrics },
    checks: checksOf(data.root_group),
    failedThresholds: Object.entries(data.metrics).flatMap(([metric, { thresholds = {} } = none]) =>
      Object.keys(thresholds)
        .filter((threshold) => !thresholds[threshold]!.ok)
        .map((threshold) => `${metric}: ${threshold}`),
    ),
    rssSlope: slopeOf(rss.slice(Math.floor(rss.length / 5))),
    serviceCpuSeconds: cpuSeconds(service.pid) - cpuBefore,
    clientCpuShare: clientCpu / seconds,
  };
}

const none: Metric = { values: {} };

/** What k6 hands to handleSummary(). */
interface SummaryData {
  readonly root_group: Group;
  readonly metrics: Readonly<Record<string, Metric | undefined>>;
}

interface Group {
  readonly checks: readonly Check[];
  readonly groups: readonly Group[];
}

function checksOf({ checks, groups }: Group): readonly Check[] {
  return [...checks, ...groups.flatMap(checksOf)];
}

interface Watched {
  readonly ticks: readonly Tick[];
  readonly rss: readonly Sample[];
}

/** Memory four times a second; what the load says of itself once a second. */
function watchLoad(pid: number, address: string): { readonly stop: () => Promise<Watched> } {
  const ticks: Tick[] = [];
  const rss: Sample[] = [];
  const startMs = performance.now();
  let looking: Promise<void> = Promise.resolve();
  const look = async (tick: Pick<Tick, "seconds" | "rssMb">): Promise<void> => {
    const [users, requests] = await Promise.all([
      attribute(address, "status", ({ vus }) => vus),
      attribute(address, "metrics/http_reqs", ({ sample }) => sample?.count),
    ]);
    ticks.push({ ...tick, users, requests });
  };
  const timer = setInterval(() => {
    const { rssMb } = readMemory(pid);
    const seconds = (performance.now() - startMs) / 1000;
    rss.push({ seconds, value: rssMb });
    if (rss.length % 4 === 0) looking = looking.then(() => look({ seconds, rssMb }));
  }, 250);
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
      return { ticks, rss };
    },
  };
}

interface Attributes {
  readonly vus?: number;
  readonly sample?: { readonly count?: number };
}

/** Of k6's REST API; NaN while there is none yet or no more. */
async function attribute(
  address: string,
  what: string,
  pick: (attributes: Attributes) => number | undefined,
): Promise<number> {
  try {
    const answer = await fetch(`http://${address}/v1/${what}`, { keepalive: false });
    const { data } = (await answer.json()) as {
      readonly data: { readonly attributes: Attributes };
    };
    return pick(data.attributes) ?? Number.NaN;
  } catch {
    return Number.NaN;
  }
}
