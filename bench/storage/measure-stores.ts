import { CLIENT_CORE, SERVER_CORE } from "../bench-server.ts";
import { readMemory } from "../memory.ts";
import { cpuSeconds } from "../parts/answering-process.ts";
import { takeTurns } from "../parts/turns.ts";
import { runPinned } from "../pinned-process.ts";
import type { ObjectJob } from "./object-client.ts";
import type { Hammered } from "./raw-client.ts";
import { ACCESS_KEY, BUCKET, type Medium, SECRET_KEY, type Store, startStore } from "./stores.ts";

/** What is asked for: many keys, so that no store can answer out of one. */
export const sizes = [
  { name: "1 KB", bytes: 1000, keys: 256, connections: 32 },
  { name: "100 KB", bytes: 100_000, keys: 128, connections: 16 },
  { name: "10 MB", bytes: 10_000_000, keys: 16, connections: 4 },
] as const;

export const methods = ["PUT", "GET"] as const;

export interface StoreRun extends Hammered {
  /** Of the store's process. */
  readonly cpuPerOperationMs: number;
}

export interface StoreTurn {
  readonly runs: ReadonlyMap<string, StoreRun>;
  readonly peakRssMb: number;
}

export interface StoreResult {
  readonly medium: Medium;
  readonly stores: readonly Store[];
  /** Of each store, by round. */
  readonly turns: readonly (readonly StoreTurn[])[];
}

export const runName = (method: string, size: string): string => `${method} ${size}`;

export interface MeasureOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** PUT and GET of each size, a store at a time on its core, the client on the other. */
export async function measureStores(
  stores: readonly Store[],
  medium: Medium,
  options: MeasureOptions,
): Promise<StoreResult> {
  const contestants = stores.map((store) => () => measureStore(store, medium, options));
  return { medium, stores, turns: await takeTurns(contestants, options.rounds) };
}

async function measureStore(
  store: Store,
  medium: Medium,
  { seconds, signal }: MeasureOptions,
): Promise<StoreTurn> {
  await using running = await startStore(store, { medium, core: SERVER_CORE, signal });
  const runs = new Map<string, StoreRun>();
  for (const size of sizes) {
    for (const method of methods) {
      const job = { ...size, method, url: running.url };
      await hammerObjects({ ...job, seconds: Math.min(1, seconds) }, signal);
      const before = cpuSeconds(running.pid);
      const run = await hammerObjects({ ...job, seconds }, signal);
      const cpuPerOperationMs = ((cpuSeconds(running.pid) - before) / run.operations) * 1000;
      runs.set(runName(method, size.name), { ...run, cpuPerOperationMs });
      const rate = (run.operations / run.seconds).toFixed(0);
      const lost = run.failures > 0 ? `, ${run.failures} failed: ${run.firstFailure}` : "";
      console.error(`${store.name}, ${medium}, ${method} ${size.name}: ${rate}/s${lost}`);
    }
  }
  return { runs, peakRssMb: readMemory(running.pid).peakRssMb };
}

async function hammerObjects(
  job: Pick<ObjectJob, "url" | "method" | "bytes" | "keys" | "connections" | "seconds">,
  signal: AbortSignal,
): Promise<Hammered> {
  const whole = { ...job, bucket: BUCKET, accessKey: ACCESS_KEY, secretKey: SECRET_KEY };
  const { stdout } = await runPinned(
    [process.execPath, "bench/storage/object-client.ts", JSON.stringify(whole)],
    { core: CLIENT_CORE, signal, timeoutMs: (job.seconds + 60) * 1000 },
  );
  return JSON.parse(stdout) as Hammered;
}
