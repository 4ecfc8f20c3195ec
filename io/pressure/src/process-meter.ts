import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { allowedCores, memoryLimitBytes, type TryRead } from "./control-groups.ts";

/** What a process can be asked about itself; the limits are those of its start. */
export interface ProcessMeter {
  readonly cores: number;
  readonly memoryLimitBytes: number;
  /** User and system time of all its threads, since its start. */
  cpuMs(): number;
  rssBytes(): number;
  heap(): { readonly usedBytes: number; readonly limitBytes: number } | undefined;
}

/** The process this runs in: Bun, Node or Deno. */
export function thisProcess(): ProcessMeter {
  // Bun has no limit for its heap: what it calls heap_size_limit is ten times the RSS.
  const hasHeapLimit = !("bun" in process.versions) && getHeapStatistics().heap_size_limit > 0;
  return {
    cores: allowedCores(tryRead, availableParallelism()),
    memoryLimitBytes: memoryLimitBytes(tryRead, totalmem()),
    cpuMs() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    rssBytes: () => process.memoryUsage.rss(),
    heap() {
      if (!hasHeapLimit) return undefined;
      const { used_heap_size: usedBytes, heap_size_limit: limitBytes } = getHeapStatistics();
      return { usedBytes, limitBytes };
    },
  };
}

/** The text of a small file, or `undefined` when it cannot be read. */
const tryRead: TryRead = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};
