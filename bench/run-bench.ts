import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Bench, Candidate, Run, ServerName } from "./bench.ts";
import { BenchError } from "./bench-error.ts";
import { type BenchServer, CLIENT_CORE } from "./bench-server.ts";
import { startNginx } from "./nginx.ts";
import { startDummy, startOrigin } from "./origins.ts";
import { runPinned, toPinnedCommand, watchServer } from "./pinned-process.ts";
import { startProxy } from "./proxies.ts";
import { root, type ToolName, workFolder } from "./tool.ts";

export interface RunOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly find: (tool: ToolName) => readonly string[] | undefined;
  readonly onRun: (candidate: Candidate, round: number, run: Run) => void;
  readonly signal: AbortSignal;
}

/** What was measured of one candidate. */
export interface Entry {
  readonly label: string;
  readonly connections: number;
  /** As typed in a shell, from the project's folder; empty when a tool is missing. */
  readonly command: string;
  readonly runs: readonly Run[];
  /** What is missing, or what went wrong: then the runs say nothing. */
  readonly problem: string | undefined;
}

/** Runs the candidates of one bench in turn, A B B A …, against servers of their own. */
export async function runBench(bench: Bench, options: RunOptions): Promise<readonly Entry[]> {
  const { find, onRun, rounds, signal } = options;
  const present = bench.candidates.filter((candidate) => !findMissing(candidate, find));
  await using servers = await startServers(present, options);
  const seconds = bench.seconds ?? options.seconds;
  const stations = present.map((candidate) => toStation({ candidate, seconds, servers, find }));
  for (const { server, candidate } of stations) await warmUp(server, candidate, options);

  for (const { round, index } of turns(bench.rounds ?? rounds, stations.length)) {
    const station = stations[index]!;
    // What failed once is not tried again; the others are still worth measuring.
    if (station.problem !== undefined) continue;
    try {
      const run = await runOnce(station, signal);
      station.runs.push(run);
      onRun(station.candidate, round, run);
    } catch (error) {
      if (!(error instanceof BenchError)) throw error;
      station.problem = error.message;
    }
  }
  return bench.candidates.map((candidate) => {
    const station = stations.find((one) => one.candidate === candidate);
    return station
      ? toEntry(station)
      : absent(candidate, `${findMissing(candidate, find)} is missing`);
  });
}

/** The entry of a candidate that did not run at all. */
export function absent({ label, driver }: Candidate, problem: string): Entry {
  return { label, connections: driver.connections, command: "", runs: [], problem };
}

function toEntry({ candidate: { label, driver }, command, runs, problem }: Station): Entry {
  const variables = Object.entries(driver.environment ?? {}).map((pair) => `${pair.join("=")} `);
  const pinned = toPinnedCommand(command, CLIENT_CORE).join(" ").replaceAll(`${root}/`, "");
  const { connections } = driver;
  return { label, connections, command: variables.join("") + pinned, runs, problem };
}

/** Who runs when: each round turns the order of the one before, so that none is always first. */
export function turns(
  rounds: number,
  candidates: number,
): readonly { readonly round: number; readonly index: number }[] {
  const order = Array.from({ length: candidates }, (_, index) => index);
  return Array.from({ length: rounds }, (_, round) =>
    (round % 2 === 0 ? order : order.toReversed()).map((index) => ({ round, index })),
  ).flat();
}

/** A candidate with all that it takes to run it, and what came of it so far. */
interface Station {
  readonly candidate: Candidate;
  readonly command: readonly string[];
  readonly server: BenchServer;
  readonly seconds: number;
  readonly runs: Run[];
  problem: string | undefined;
}

interface StationOptions {
  readonly candidate: Candidate;
  readonly seconds: number;
  readonly servers: Servers;
  readonly find: RunOptions["find"];
}

const summaryPath = join(workFolder, "summary.json");

function toStation({ candidate, seconds, servers, find }: StationOptions): Station {
  const { tool, toArguments } = candidate.driver;
  const server = servers.get(candidate.server);
  const job = { url: server.toUrl(candidate.path), seconds, summaryPath };
  const command = [...(find(tool) ?? []), ...toArguments(job)];
  return { candidate, command, server, seconds, runs: [], problem: undefined };
}

/** Starting 5,000 VUs takes k6 a while: the limit is for what hangs. */
const STARTUP_MS = 90_000;

async function runOnce(station: Station, signal: AbortSignal): Promise<Run> {
  const { candidate, command, server, seconds } = station;
  const { environment, read } = candidate.driver;
  rmSync(summaryPath, { force: true });
  const before = await server.countServed();
  const memory = watchServer(server.pid);
  const { stdout, ...seen } = await runPinned(command, {
    core: CLIENT_CORE,
    ...(environment ? { environment } : {}),
    signal,
    timeoutMs: seconds * 1000 + STARTUP_MS,
  }).finally(memory.stop);
  const after = await server.countServed();
  const file = Bun.file(summaryPath);
  const summary = (await file.exists()) ? await file.text() : "";
  return {
    ...read({ stdout, summary }),
    ...seen,
    ...memory.seen(),
    // The second look was a request too.
    ...(before === undefined || after === undefined ? {} : { served: after - before - 1 }),
  };
}

/**
 * The first second of a server is not like the others: its code may not be compiled yet. Servers
 * are warmed up by wrk, or by their own tool where that speaks another protocol.
 */
async function warmUp(
  server: BenchServer,
  { path, driver }: Candidate,
  { find, signal }: RunOptions,
): Promise<void> {
  const isOwn = driver.tool === "h2load" || driver.tool === "client";
  const tool = find(isOwn ? driver.tool : "wrk");
  if (!tool) return;
  const url = server.toUrl(path);
  const own = driver.toArguments({ url, seconds: 1, summaryPath });
  const command = [...tool, ...(isOwn ? own : ["-t1", "-c64", "-d1s", url])];
  await runPinned(command, { core: CLIENT_CORE, signal, timeoutMs: STARTUP_MS });
}

const serverNeeds: Readonly<Record<ServerName, readonly ToolName[]>> = {
  nginx: ["nginx"],
  "nginx-tls": ["nginx", "openssl"],
  "nginx-h2": ["nginx"],
  "nginx-h2-tls": ["nginx", "openssl"],
  origin: ["bw"],
  "origin-tls": ["bw"],
  "origin-grpc": ["bw"],
  hpdummy: ["fasthttp_hpdummy_server"],
  "hpdummy-grpc": ["fasthttp_hpdummy_server"],
  gate: ["bw", "nginx"],
  "nginx-proxy": ["nginx"],
  "gate-beside": ["bw", "nginx"],
  "nginx-proxy-beside": ["nginx"],
};

function findMissing(
  { driver, server }: Candidate,
  find: RunOptions["find"],
): ToolName | undefined {
  return [driver.tool, ...serverNeeds[server]].find((tool) => !find(tool));
}

interface Servers extends AsyncDisposable {
  readonly get: (name: ServerName) => BenchServer;
}

/** One server of each kind that the candidates ask for. */
async function startServers(
  candidates: readonly Candidate[],
  options: RunOptions,
): Promise<Servers> {
  await using stack = new AsyncDisposableStack();
  const servers = new Map<ServerName, BenchServer>();
  for (const name of new Set(candidates.map(({ server }) => server))) {
    servers.set(name, stack.use(await start(name, options)));
  }
  const owned = stack.move();
  return {
    get: (name) => servers.get(name)!,
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  };
}

async function start(name: ServerName, { find, signal }: RunOptions): Promise<BenchServer> {
  const found = (tool: ToolName): readonly string[] => find(tool) ?? [];
  switch (name) {
    case "nginx":
      return await startNginx({ nginx: found("nginx"), signal });
    case "nginx-tls":
      return await startNginx({ nginx: found("nginx"), openssl: found("openssl"), signal });
    case "nginx-h2":
      return await startNginx({ nginx: found("nginx"), http2: true, signal });
    case "nginx-h2-tls":
      return await startNginx({
        ...{ nginx: found("nginx"), openssl: found("openssl"), http2: true, signal },
      });
    case "origin":
    case "origin-tls":
    case "origin-grpc":
      return await startOrigin(name, found("bw"), signal);
    case "hpdummy":
    case "hpdummy-grpc":
      return await startDummy(name, found("fasthttp_hpdummy_server"), signal);
    case "gate":
    case "nginx-proxy":
    case "gate-beside":
    case "nginx-proxy-beside":
      return await startProxy(name, { nginx: found("nginx"), bw: found("bw"), signal });
  }
}
