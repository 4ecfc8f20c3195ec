import { heapStats } from "bun:jsc";
import { readFileSync } from "node:fs";

/** What the original told of Go's memory, as far as there is the like here. */
export interface MemoryFigures {
  /** Used of the heap. */
  readonly alloc_mb: number;
  /** The most that the process ever had: nobody counts here what was allocated and freed. */
  readonly total_alloc_mb: number;
  /** RSS. */
  readonly sys_mb: number;
  readonly num_gc: number;
  /** Requests under way, and the loop that serves them. */
  readonly goroutines: number;
  readonly heap_objects: number;
  /** The heap with what is free in it. */
  readonly heap_in_use_mb: number;
  readonly stack_in_use_mb: number;
  readonly timestamp: string;
}

export interface MemoryMeter {
  readonly figures: () => MemoryFigures;
  /** Collects now. */
  readonly collect: () => void;
}

/** `active`: how many requests are under way. */
export function memoryMeter(active: () => number): MemoryMeter {
  const collections = countCollections();
  return {
    figures: () => {
      const { rss, heapTotal, heapUsed } = process.memoryUsage();
      return {
        alloc_mb: heapUsed / MB,
        total_alloc_mb: process.resourceUsage().maxRSS / KB_IN_MB,
        sys_mb: rss / MB,
        num_gc: collections(),
        goroutines: 1 + active(),
        heap_objects: heapStats().objectCount,
        heap_in_use_mb: heapTotal / MB,
        stack_in_use_mb: stackKb() / KB_IN_MB,
        timestamp: new Date().toISOString(),
      };
    },
    collect: () => Bun.gc(true),
  };
}

const MB = 1_048_576;
const KB_IN_MB = 1024;

/** The runtime does not tell; but what nobody holds goes with the next collection. */
function countCollections(): () => number {
  let count = 0;
  const registry = new FinalizationRegistry<undefined>(() => {
    count += 1;
    registry.register({}, undefined);
  });
  registry.register({}, undefined);
  return () => count;
}

/** 0 where the system does not tell: elsewhere than on Linux. */
function stackKb(): number {
  try {
    const status = readFileSync("/proc/self/status", "utf8");
    return Number(/^VmStk:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
