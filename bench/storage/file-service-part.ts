import { CLIENT_CORE, SERVER_CORE } from "../bench-server.ts";
import { readMemory } from "../memory.ts";
import { cpuSeconds, startAnswering } from "../parts/answering-process.ts";
import { table, verdict } from "../parts/part.ts";
import { medianOf, medianRatio, takeTurns } from "../parts/turns.ts";
import { runPinned } from "../pinned-process.ts";
import type { Hammered } from "./raw-client.ts";
import type { PartOptions, StoragePart } from "./storage-part.ts";
import { BUCKET, bw, findProgram, hasCommand, startStore, storeEnvironment } from "./stores.ts";
import { quickStore } from "./tools-part.ts";

const FILE_BYTES = 51_200;
const USERS = 100;

interface Service {
  readonly name: string;
  readonly toCommand: (port: number) => readonly string[];
  readonly toEnvironment: (port: number) => Readonly<Record<string, string>>;
}

interface Turn extends Hammered {
  readonly perCpuSecond: number;
  readonly peakRssMb: number;
}

/**
 * Uploads through `bw files` and the original.
 *
 * The original cannot be pointed at a store of one's own: what is measured is built from its public
 * source (orkait/file-service, branch performance-analysis) with one change, which sets the SDK's
 * endpoint and path style from AWS_ENDPOINT_URL_S3, and with the two routes that this asks for. It
 * is looked for as `file-service` in the peers' folder; nothing of it is part of this repository.
 */
export const fileServicePart: StoragePart = {
  name: "files",
  title: "Uploads of 50 KB through `bw files` and through the original",
  async measure(options) {
    const store = quickStore();
    const path = findProgram("file-service");
    const services = [
      ...(hasCommand("files") ? [ours] : []),
      ...(path === undefined ? [] : [original(path)]),
    ];
    if (store === undefined || services.length === 0) return ["Nothing to measure is here."];
    const missing = [
      ...(hasCommand("files") ? [] : ["This `bw` has no command `files`."]),
      ...(path === undefined ? ["The original (`file-service`) is not on this machine."] : []),
    ];
    await using running = await startStore(store, {
      ...{ medium: "memory", core: CLIENT_CORE, signal: options.signal },
    });
    const turns = await takeTurns(
      services.map((service) => () => measureService(service, running.url, options)),
      options.rounds,
    );
    return [
      ...missing,
      `${USERS} connections that send again as soon as they are answered; the service on core 0, ${store.name}`,
      `(in memory) and the client on core 1; medians of ${options.rounds} rounds of ${options.seconds} s in turns. The original runs as the`,
      "seed ran it: GOMAXPROCS=1, GOGC=50, GOMEMLIMIT=900MiB.",
      "",
      ...toTable(services, turns),
    ];
  },
};

const original = (path: string): Service => ({
  name: "the original (Go)",
  toCommand: () => [path],
  toEnvironment: (port) => ({
    ...{ PORT: `${port}`, DISABLE_RATE_LIMITER: "true" },
    ...{ BUCKET_NAME: BUCKET, REGION: "us-east-1" },
    ...{ GOMAXPROCS: "1", GOGC: "50", GOMEMLIMIT: "900MiB" },
  }),
});

const ours: Service = {
  name: "`bw files`",
  toCommand: (port) => [...bw, "files", "--port", `${port}`, "--metrics-port", "off"],
  toEnvironment: () => ({ DISABLE_RATE_LIMITER: "true" }),
};

async function measureService(
  { name, toCommand, toEnvironment }: Service,
  storeUrl: string,
  { seconds, signal }: PartOptions,
): Promise<Turn> {
  let environment: Readonly<Record<string, string>> = {};
  const toThis = (port: number): readonly string[] => {
    environment = { ...storeEnvironment(storeUrl), ...toEnvironment(port) };
    return [
      "env",
      ...Object.entries(environment).map(([key, value]) => `${key}=${value}`),
      ...toCommand(port),
    ];
  };
  await using service = await startAnswering({ toCommand: toThis, core: SERVER_CORE, signal });
  await upload(service.url, Math.min(2, seconds), signal);
  const before = cpuSeconds(service.pid);
  const run = await upload(service.url, seconds, signal);
  const perCpuSecond = run.operations / (cpuSeconds(service.pid) - before);
  const { peakRssMb } = readMemory(service.pid);
  const lost = run.failures > 0 ? `, ${run.failures} failed: ${run.firstFailure}` : "";
  console.error(
    `${name}: ${perCpuSecond.toFixed(0)} uploads per processor second, ${peakRssMb.toFixed(0)} MB${lost}`,
  );
  return { ...run, perCpuSecond, peakRssMb };
}

async function upload(url: string, seconds: number, signal: AbortSignal): Promise<Hammered> {
  const job = { url, bytes: FILE_BYTES, keys: USERS, connections: USERS, seconds };
  const { stdout } = await runPinned(
    [process.execPath, "bench/storage/form-client.ts", JSON.stringify(job)],
    { core: CLIENT_CORE, signal, timeoutMs: (seconds + 60) * 1000 },
  );
  return JSON.parse(stdout) as Hammered;
}

function toTable(services: readonly Service[], turns: readonly (readonly Turn[])[]) {
  const perCpu = ({ perCpuSecond }: Turn): number => perCpuSecond;
  const rows = services.map(({ name }, index) => {
    const own = turns[index] ?? [];
    const figure = (of: (turn: Turn) => number): string => medianOf(own, of).toFixed(0);
    return [
      name,
      figure(perCpu),
      figure(({ operations, seconds }) => operations / seconds),
      figure(({ p99Ms }) => p99Ms),
      figure(({ peakRssMb }) => peakRssMb),
      String(own.reduce((sum, { failures }) => sum + failures, 0)),
    ];
  });
  const head = ["", "uploads per processor second", "uploads/s", "p99, ms", "memory, MB", "failed"];
  const ratio = medianRatio(turns[0] ?? [], turns[1] ?? [], perCpu);
  const rss =
    services[0] === ours ? medianOf(turns[0] ?? [], (turn) => turn.peakRssMb) : Number.NaN;
  return [
    ...table(head, rows),
    "",
    `Per processor second ${ratio.toFixed(2)} × the original (to reach: ≥ 2; ${verdict(ratio, 2)});`,
    `memory ${rss.toFixed(0)} MB (to reach: ≤ 186 MB; ${verdict(186 / rss, 1)}).`,
  ];
}
