import type { Clock } from "@breakwater/clock";
import type { ObjectStore, ObservedCall } from "@breakwater/object-store";
import type { StoragePlan } from "./plan.ts";
import type { StorageProgress } from "./progress.ts";
import { RESULT_SCHEMA, type StorageResult, type StorageTarget } from "./result.ts";
import { runDelete } from "./run-delete.ts";
import { runDownload } from "./run-download.ts";
import { runList } from "./run-list.ts";
import { runMixed } from "./run-mixed.ts";
import { runStat } from "./run-stat.ts";
import { runSweep } from "./run-sweep.ts";
import { runUpload } from "./run-upload.ts";
import { StorageRun } from "./storage-run.ts";

/** What a test needs of the world. */
export interface StorageIo {
  /** Where it is, for the result. */
  readonly target: StorageTarget;
  /** Called once; the test closes what it gets. */
  readonly openStore: OpenStore;
  readonly clock: Clock;
  /** Calendar time: when the run began. */
  readonly epochMs: () => number;
  /** The run's ID, a UUID: everything is written under prefix + ID + "/". */
  readonly newId: () => string;
  /** 0 to 1: what the data begins with and mixed operations are drawn by. */
  readonly random: () => number;
  readonly onProgress: (progress: StorageProgress) => void;
  /** Ends it early: what is under way is broken off, what was written is deleted. */
  readonly signal: AbortSignal;
}

/** A store that tells of every attempt and has at most so many connections. */
export type OpenStore = (options: OpenStoreOptions) => ObjectStore;

export interface OpenStoreOptions {
  readonly observe: (call: ObservedCall) => void;
  readonly maxConnections: number;
}

/**
 * Measures a store and deletes what it wrote. What the store does wrong is in the result: `failure`
 * if it ended the test, else `failed` of a phase.
 */
export async function runStorageTest(plan: StoragePlan, io: StorageIo): Promise<StorageResult> {
  const startedAt = new Date(io.epochMs()).toISOString();
  await using run = new StorageRun(plan, io);
  const sweep = await measure(plan, run);
  return {
    schema: RESULT_SCHEMA,
    runId: run.runId,
    startedAt,
    target: io.target,
    plan,
    phases: run.phases,
    sweep,
    failure: run.failure,
    cleanUp: await run.cleanUp(),
  };
}

async function measure(plan: StoragePlan, run: StorageRun): Promise<StorageResult["sweep"]> {
  switch (plan.test) {
    case "upload":
      await runUpload(plan, run);
      return undefined;
    case "download":
      await runDownload(plan, run);
      return undefined;
    case "stat":
      await runStat(plan, run);
      return undefined;
    case "list":
      await runList(plan, run);
      return undefined;
    case "delete":
      await runDelete(plan, run);
      return undefined;
    case "mixed":
      await runMixed(plan, run);
      return undefined;
    case "sweep":
      return await runSweep(plan, run);
  }
}
