import type { StoragePlan } from "./plan.ts";

/** What a test found; as JSON it is the result file. MB are 10^6 bytes. */
export interface StorageResult {
  readonly schema: typeof RESULT_SCHEMA;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly target: StorageTarget;
  readonly plan: StoragePlan;
  /** In the order in which they ran; what was only prepared is not among them. */
  readonly phases: readonly PhaseResult[];
  readonly sweep: SweepResult | undefined;
  /** Why it ended before its time; undefined when it did all that was asked. */
  readonly failure: StorageFailure | undefined;
  readonly cleanUp: CleanUpResult;
}

/** Changes when a reader of the older form would misread the newer. */
export const RESULT_SCHEMA = "breakwater-storage-1";

/** Where the store is; nothing secret. */
export interface StorageTarget {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
}

export interface StorageFailure {
  /** One of ObjectStoreErrorCode, or "interrupted". */
  readonly code: string;
  /** One sentence. */
  readonly message: string;
  /** What the store itself said, for the log. */
  readonly detail: string | undefined;
}

export interface PhaseResult {
  /** "upload objects". */
  readonly name: string;
  readonly concurrency: number;
  readonly objectBytes: number;
  /** Parts or ranges; undefined where whole objects go. */
  readonly partBytes: number | undefined;
  /** What was measured, without the warm-up. */
  readonly durationMs: number;
  readonly endedBy: PhaseEnd;
  readonly connectionsOpened: number;
  /** All operations together. */
  readonly bytes: number;
  readonly mbPerSecond: number;
  readonly failed: number;
  /** One for each kind of operation. */
  readonly operations: readonly OperationResult[];
}

export type PhaseEnd = "count" | "duration" | "stable" | "interrupted" | "failed";

export type OperationName = "put" | "part" | "get" | "range" | "stat" | "list" | "delete";

export interface OperationResult {
  readonly operation: OperationName;
  /** Done, without those that failed. */
  readonly count: number;
  /** Uploaded, downloaded, listed or deleted: more than `count` where one operation has many. */
  readonly objects: number;
  readonly bytes: number;
  /** Failures by code. */
  readonly errors: Readonly<Record<string, number>>;
  /** Attempts after the first, whatever came of them. */
  readonly retries: number;
  /** Downloads whose checksum was compared with what was sent. */
  readonly verified: number;
  readonly mbPerSecond: number;
  readonly operationsPerSecond: number;
  readonly objectsPerSecond: number;
  /** From the request sent to the first byte of the answer, of each attempt that went well. */
  readonly firstByteMs: Percentiles;
  /** From the beginning of the operation to its end, with retries. */
  readonly wholeMs: Percentiles;
  /** Full seconds of the phase; the rest of one at the end is left out. */
  readonly perSecond: PerSecond;
}

/** Percentiles are within 1/1024 of the exact ones; `max` is exact. All 0 when `count` is. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface PerSecond {
  readonly bytes: readonly number[];
  readonly operations: readonly number[];
}

export interface SweepResult {
  readonly direction: "upload" | "download";
  readonly points: readonly SweepPoint[];
  readonly best: SweepPoint;
  /** A sentence: what to use, what it gives, how sure that is. */
  readonly recommendation: string;
}

export interface SweepPoint {
  readonly partBytes: number;
  readonly concurrency: number;
  /** Of each time it was measured. */
  readonly mbPerSecond: readonly number[];
  readonly meanMbPerSecond: number;
  /** Operations: a point with any is not recommended while there are others. */
  readonly failed: number;
  /** Half of the difference between its highest and lowest, as a share of the mean. */
  readonly spread: number;
}

export interface CleanUpResult {
  readonly deleted: number;
  /** Objects and unfinished uploads that are still there, by key; at most 100 are named. */
  readonly left: readonly string[];
  readonly leftCount: number;
}
