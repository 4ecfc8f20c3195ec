import { sleepUntil } from "@breakwater/clock";
import type { FakeClock } from "@breakwater/clock/testing";
import {
  type FaultPlan,
  type MemoryObjectStore,
  memoryObjectStore,
} from "@breakwater/object-store/testing";
import type { StoragePlan } from "../plan.ts";
import type { StorageProgress } from "../progress.ts";
import type { StorageResult } from "../result.ts";
import { runStorageTest } from "../run-storage-test.ts";

export interface MemoryRunOptions {
  readonly clock: FakeClock;
  readonly faults?: FaultPlan;
  readonly signal?: AbortSignal;
}

export interface MemoryRun {
  readonly store: MemoryObjectStore;
  readonly progress: readonly StorageProgress[];
  readonly result: Promise<StorageResult>;
}

export const RUN_ID = "00000000-0000-4000-8000-000000000001";

/** A test over a store in memory, which is told by its faults how long it takes. */
export function memoryRun(
  plan: StoragePlan,
  { clock, faults, signal = new AbortController().signal }: MemoryRunOptions,
): MemoryRun {
  const progress: StorageProgress[] = [];
  let store: MemoryObjectStore | undefined;
  let state = 1;
  const result = runStorageTest(plan, {
    target: { endpoint: "http://memory.invalid", bucket: "memory", region: "auto" },
    openStore: ({ observe }) => {
      const options = { clock, observe, epochMs: () => 0, minPartBytes: 1 };
      store = memoryObjectStore(faults === undefined ? options : { ...options, faults });
      return store;
    },
    clock,
    epochMs: () => 0,
    newId: () => RUN_ID,
    random: () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    },
    onProgress: (each) => progress.push(each),
    signal,
  });
  return { store: store!, progress, result };
}

/** Lets time pass until it is done. */
export async function finished<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  const end = (): void => {
    isDone = true;
  };
  work.then(end, end);
  while (!isDone) {
    // What follows from one moment comes before the next.
    for (let turn = 0; turn < 5; turn += 1) await clock.advanceTo(clock.nowMs());
    await clock.advanceTo(clock.nowMs() + 10);
  }
  return await work;
}

/** Each call takes so long. */
export function takes(clock: FakeClock, ms: number): FaultPlan {
  return async () => {
    await sleepUntil(clock, clock.nowMs() + ms);
    return undefined;
  };
}
