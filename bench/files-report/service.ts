import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SERVER_CORE } from "../bench-server.ts";
import { readMemory } from "../memory.ts";
import { type AnsweringProcess, startAnswering } from "../parts/answering-process.ts";
import { bw } from "../storage/stores.ts";
import { workFolder } from "../tool.ts";
import type { Confinement } from "./confinement.ts";

/** `/metrics/memory` and what the system says of the process. */
export interface MemorySnapshot {
  readonly when: string;
  readonly allocMb: number;
  readonly sysMb: number;
  readonly collections: number;
  readonly underWay: number;
  readonly peakRssMb: number;
}

export interface FileService extends AnsweringProcess {
  readonly snapshot: (when: string) => Promise<MemorySnapshot>;
}

export interface FileServiceOptions {
  readonly confinement: Confinement;
  readonly signal: AbortSignal;
}

/** `bw files` with its embedded store in an empty folder, profiling on, rate limit off. */
export async function startFileService(options: FileServiceOptions): Promise<FileService> {
  const { confinement, signal } = options;
  const folder = join(workFolder, "files-report");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const flags = ["--host", "127.0.0.1", "--dir", folder, "--metrics-port", "off"];
  const started = await startAnswering({
    toCommand: (port) => confinement.wrap([...bw, "files", "--port", `${port}`, ...flags]),
    environment: { ENABLE_PROFILING: "true", DISABLE_RATE_LIMITER: "true", LOG_LEVEL: "warn" },
    ...{ core: SERVER_CORE, signal },
  });
  return {
    ...started,
    snapshot: (when) => snapshot(started, when),
    [Symbol.asyncDispose]: async () => {
      await started[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Figures {
  readonly alloc_mb: number;
  readonly sys_mb: number;
  readonly num_gc: number;
  readonly goroutines: number;
}

async function snapshot({ url, pid }: AnsweringProcess, when: string): Promise<MemorySnapshot> {
  const answer = await fetch(`${url}/metrics/memory`);
  const figures = (await answer.json()) as Figures;
  return {
    when,
    allocMb: figures.alloc_mb,
    sysMb: figures.sys_mb,
    collections: figures.num_gc,
    underWay: figures.goroutines,
    // As the service says it: in MiB.
    peakRssMb: (readMemory(pid).peakRssMb * 1_000_000) / 1_048_576,
  };
}

/** Files of a kilobyte, so that there is something to be read. */
export async function addFiles({ url }: AnsweringProcess, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const form = new FormData();
    form.append("path", "");
    form.append("file", new Blob(["x".repeat(1000)]), `report-${index}.txt`);
    const answer = await fetch(`${url}/upload`, { method: "POST", body: form });
    if (!answer.ok) throw new Error(`Cannot upload: ${answer.status} ${await answer.text()}`);
  }
}
