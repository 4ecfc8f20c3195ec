/**
 * What a test does. Parsed from flags by options.ts; nothing further in checks it again.
 *
 * Sizes are bytes of whole objects, `count` is how many objects there are.
 */
export type StoragePlan =
  | UploadPlan
  | DownloadPlan
  | StatPlan
  | ListPlan
  | DeletePlan
  | MixedPlan
  | SweepPlan;

export type StorageTestName = StoragePlan["test"];

/** Of every plan. */
export interface LoadPlan {
  /** What everything is written under, as "speed-test/": the run's ID follows. */
  readonly prefix: string;
  /** Nothing is deleted at the end. */
  readonly keepsObjects: boolean;
  readonly objectBytes: number;
  readonly count: number;
  /** Operations under way at once, and connections at most. */
  readonly concurrency: number;
  readonly ending: Ending;
  /** The load runs so long before anything is measured. */
  readonly warmupMs: number;
}

export interface UploadPlan extends LoadPlan {
  readonly test: "upload";
  /** One after another, each a phase of the result. */
  readonly methods: readonly UploadMethod[];
  /** Of "multipart". */
  readonly partBytes: number;
}

/** Separate objects; one object of them all in parts; one PUT of them all. */
export type UploadMethod = "objects" | "multipart" | "single";

export interface DownloadPlan extends LoadPlan {
  readonly test: "download";
  readonly methods: readonly DownloadMethod[];
  /** Of "ranges". */
  readonly partBytes: number;
  readonly source: DownloadSource;
}

/** Whole objects; one object by ranges of it at once; one GET of one object. */
export type DownloadMethod = "objects" | "ranges" | "single";

export type DownloadSource =
  /** Uploaded first. */
  | { readonly kind: "prepared" }
  | { readonly kind: "keys"; readonly keys: readonly string[] }
  /** The first `count` objects under it. */
  | { readonly kind: "listed"; readonly prefix: string };

export interface StatPlan extends LoadPlan {
  readonly test: "stat";
}

export interface ListPlan extends LoadPlan {
  readonly test: "list";
  /** 1 to 1,000: objects of one answer. */
  readonly maxKeys: number;
}

export interface DeletePlan extends LoadPlan {
  readonly test: "delete";
  /** 1 to 1,000 keys in one request. */
  readonly batch: number;
}

export interface MixedPlan extends LoadPlan {
  readonly test: "mixed";
  readonly weights: MixedWeights;
}

/** Whole numbers; each operation's share is its part of their sum. */
export interface MixedWeights {
  readonly get: number;
  readonly stat: number;
  readonly put: number;
  readonly delete: number;
}

export interface SweepPlan {
  readonly test: "sweep";
  readonly prefix: string;
  readonly keepsObjects: boolean;
  readonly direction: "upload" | "download";
  /** The coarse grid, rising. */
  readonly partSizes: readonly number[];
  readonly concurrencies: readonly number[];
  /** Each point is measured so long, twice, after its warm-up. */
  readonly pointMs: number;
  readonly warmupMs: number;
}

/** When a phase is over. Whatever it says, a day is the end. */
export type Ending =
  /** Every object once. */
  | { readonly until: "count" }
  | { readonly until: "duration"; readonly durationMs: number }
  /** See stability.ts; after `maxMs` in any case. */
  | { readonly until: "stable"; readonly tolerance: number; readonly maxMs: number };

export const DEFAULT_PREFIX = "speed-test/";

/** The longest phase: throughput by second is kept for so long. */
export const MAX_PHASE_MS: number = 24 * 60 * 60 * 1000;

/** What S3 takes in one PUT. */
export const MAX_PUT_BYTES: number = 5 * 2 ** 30;

/** What S3 takes as a part that is not the last. */
export const MIN_PART_BYTES: number = 5 * 2 ** 20;

/** Parts of one upload. */
export const MAX_PARTS = 10_000;
