import { heapStats } from "bun:jsc";
import { median } from "../verdict.ts";
import type { Operation } from "./operations.ts";

export interface Measured {
  readonly name: string;
  readonly what: string;
  readonly ns: number;
  /** Of the collected heap; undefined if a collection came in between each time. */
  readonly bytes: number | undefined;
}

const ROUNDS = 7;
const ROUND_MS = 60;
const MIN_RUNS = 20;
/** What a measurement of memory may take of the heap before it is collected by itself. */
const HEAP_RUNS: readonly number[] = [20_000, 5000, 1000, 200];

/** How long an operation takes, and what it takes of the heap. */
export async function measureOperation(operation: Operation): Promise<Measured> {
  const { name, what, perRun = 1 } = operation;
  const runs = await calibrate(operation);
  const nsPerRun: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    nsPerRun.push(((await time(operation, runs)) / runs) * 1e6);
  }
  const bytesPerRun = await measureBytes(operation);
  return {
    ...{ name, what },
    ns: median(nsPerRun) / perRun,
    bytes: bytesPerRun === undefined ? undefined : bytesPerRun / perRun,
  };
}

/** So many that a round is long enough to be timed. The first ones warm up. */
async function calibrate(operation: Operation): Promise<number> {
  let runs = MIN_RUNS;
  for (;;) {
    const ms = await time(operation, runs);
    if (ms >= ROUND_MS / 2) return Math.max(MIN_RUNS, Math.ceil((runs * ROUND_MS) / ms));
    runs *= 2;
  }
}

/** In ms. */
async function time({ prepare, isAsync = false }: Operation, runs: number): Promise<number> {
  const run = prepare();
  const startMs = performance.now();
  await repeat(run, runs, isAsync);
  return performance.now() - startMs;
}

/** Whatever is to be timed has the same loop around it. */
function repeat(run: (turn: number) => unknown, runs: number, isAsync: boolean): unknown {
  if (isAsync) return repeatAsync(run, runs);
  for (let turn = 0; turn < runs; turn += 1) run(turn);
  return undefined;
}

async function repeatAsync(run: (turn: number) => unknown, runs: number): Promise<void> {
  for (let turn = 0; turn < runs; turn += 1) await run(turn);
}

/**
 * The runtime counts no allocations. But the heap only grows from one collection to the next, by
 * whole blocks, so over many runs its growth is what they have taken. The letters of texts and the
 * contents of buffers lie outside of it and are not in the figure.
 */
async function measureBytes(operation: Operation): Promise<number | undefined> {
  const run = operation.prepare();
  for (const runs of HEAP_RUNS) {
    Bun.gc(true);
    const before = heapStats();
    await repeat(run, runs, operation.isAsync ?? false);
    const after = heapStats();
    // This changes when a collection has been, and not before.
    if (after.heapSize === before.heapSize) {
      return Math.max(0, after.heapCapacity - before.heapCapacity) / runs;
    }
  }
  return undefined;
}
