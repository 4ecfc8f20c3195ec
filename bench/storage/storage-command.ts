import { rmSync } from "node:fs";
import { join } from "node:path";
import { CLIENT_CORE } from "../bench-server.ts";
import { type Finished, runPinned } from "../pinned-process.ts";
import { workFolder } from "../tool.ts";
import { bw, storeEnvironment } from "./stores.ts";

/** What `bw storage` writes with --json, as far as it is read here. */
export interface StorageReport {
  readonly phases: readonly { readonly mbPerSecond: number; readonly failed: number }[];
  readonly failure?: { readonly message: string } | null;
}

export interface StorageRun extends Finished {
  readonly report: StorageReport;
}

/** Runs `bw storage` on the clients' core. */
export async function runStorage(
  flags: readonly string[],
  { url, signal }: { readonly url: string; readonly signal: AbortSignal },
): Promise<StorageRun> {
  const path = join(workFolder, "storage-report.json");
  rmSync(path, { force: true });
  const finished = await runPinned([...bw, "storage", ...flags, "--json", path], {
    core: CLIENT_CORE,
    environment: storeEnvironment(url),
    signal,
    timeoutMs: 600_000,
  });
  return { ...finished, report: (await Bun.file(path).json()) as StorageReport };
}
