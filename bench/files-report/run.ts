import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CLIENT_CORE, SERVER_CORE } from "../bench-server.ts";
import { runPinned } from "../pinned-process.ts";
import { describeMachine } from "../results.ts";
import type { Hammered } from "../storage/raw-client.ts";
import { root, workFolder } from "../tool.ts";
import { type Confinement, confine } from "./confinement.ts";
import { type LoadRun, runLoad } from "./load.ts";
import type { Measured } from "./measure-operation.ts";
import { type Report, reportPage } from "./report.ts";
import { addFiles, type FileService, type MemorySnapshot, startFileService } from "./service.ts";
import { figure, time } from "./tables.ts";

const usage = `Puts bw files under the seed's loads and reports as the seed did (some 50 minutes)

  npm run report:files -- [options]

  --factor PART   stages so much as long, 0.01 to 1; 0.05 takes some 4 minutes
  --help          this text

The service has core 0, and 1 CPU and 900 MiB where a cgroup can be made; the load has core 1. What
is measured with a factor of 0.2 or more goes into bench/files-report/REPORT.md and report.json; else
into bench/.work. The soak has a tenth of its quarter of an hour at the least.`;

const { values } = parseArgs({
  options: {
    factor: { type: "string", default: "1" },
    help: { type: "boolean", short: "h" },
  },
});

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stopped.abort());
const { signal } = stopped;

const factor = Number(values.factor);
if (!(factor >= 0.01 && factor <= 1)) {
  throw new RangeError(`Cannot use "${values.factor}" for --factor: give 0.01 to 1`);
}
/** The soak needs a minute to say anything. */
const factors = { usual: factor, soak: Math.max(factor, 0.1) };
/** A report of shorter stages is not worth keeping. */
const MIN_KEPT_FACTOR = 0.2;

/** Of files that are read. */
const FILES = 20;
const WARM_UP_SECONDS = 20;

if (values.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  mkdirSync(workFolder, { recursive: true });
  const startMs = performance.now();
  const startedAt = new Date().toISOString();
  const machine = describeMachine();
  const micro = await measureMicro();
  using confinement = confine({ cpus: 1, memoryMiB: 900 });
  const most = await withService(confinement, measureMost);
  const soak = await withService(confinement, measureSoak);
  const report: Report = {
    command: ["npm run report:files", ...process.argv.slice(2)].join(" "),
    ...{ startedAt, machine, micro },
    minutes: (performance.now() - startMs) / 60_000,
    factor: factors.usual,
    confinement: confinement.description,
    loads: [...most.loads, ...soak.loads],
    ...{ memory: most.memory, soakMemory: soak.memory },
  };
  const folder = factor < MIN_KEPT_FACTOR ? workFolder : join(root, "bench/files-report");
  const page = reportPage(report);
  await Bun.write(join(folder, "report.json"), `${JSON.stringify(report, undefined, 2)}\n`);
  await Bun.write(join(folder, "REPORT.md"), page);
  console.log(page);
}

async function withService(
  confinement: Confinement,
  measure: (service: FileService) => Promise<Measurements>,
): Promise<Measurements> {
  await using service = await startFileService({ confinement, signal });
  return await measure(service);
}

interface Measurements {
  readonly loads: readonly LoadRun[];
  readonly memory: readonly MemorySnapshot[];
}

async function measureMicro(): Promise<readonly Measured[]> {
  const { stdout } = await runPinned([process.execPath, "bench/files-report/microbenchmarks.ts"], {
    ...{ core: SERVER_CORE, signal, timeoutMs: 300_000 },
  });
  return JSON.parse(stdout) as readonly Measured[];
}

/** All but the soak, in one process. */
async function measureMost(service: FileService): Promise<Measurements> {
  const memory = [await service.snapshot("Startup")];
  const loads: LoadRun[] = [];
  const load = async (script: string, name = script): Promise<void> => {
    const environment = { FILE_SIZE_KB: "50", BATCH_SIZE: "5" };
    const run = await runLoad(service, {
      ...{ script, name, factor: factors.usual, environment, signal },
    });
    loads.push(said(run));
  };
  await load("ping");
  memory.push(await service.snapshot("After ping"));
  await addFiles(service, FILES);
  await load("read");
  await load("upload");
  await load("batch");
  memory.push(await service.snapshot("After ping, read, upload and batch"));
  await load("breaking-point", "breaking_point");
  memory.push(await service.snapshot("After the breaking point"));
  return { loads, memory };
}

async function measureSoak(service: FileService): Promise<Measurements> {
  await addFiles(service, FILES);
  await warmUp(service);
  const before = await service.snapshot("Before the soak");
  const soak = await runLoad(service, {
    ...{ script: "soak", name: "soak", factor: factors.soak, environment: {}, signal },
  });
  return { loads: [said(soak)], memory: [before, await service.snapshot("After the soak")] };
}

async function warmUp({ url }: FileService): Promise<void> {
  const command = [process.execPath, "bench/files-report/warm-up.ts", url, `${WARM_UP_SECONDS}`];
  const { stdout } = await runPinned(command, { core: CLIENT_CORE, signal, timeoutMs: 120_000 });
  const { operations, failures, firstFailure } = JSON.parse(stdout) as Hammered;
  const lost = failures > 0 ? `, ${failures} failed: ${firstFailure}` : "";
  console.error(`warmed up with ${operations} requests${lost}`);
}

/** A line of progress. */
function said(run: LoadRun): LoadRun {
  const rate = figure(run, "http_reqs", "rate").toFixed(1);
  const p95 = time(figure(run, "http_req_duration", "p(95)"));
  const failed = run.failedThresholds.length > 0 ? `, failed: ${run.failedThresholds}` : "";
  console.error(`${run.name}: ${rate} req/s, P95 ${p95}${failed}`);
  return run;
}
