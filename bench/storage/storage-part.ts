import type { Part } from "../parts/part.ts";

/** How long and how much: all of it, or just enough to see that it works. */
export interface PartOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Of the one large object. */
  readonly objectBytes: number;
  readonly signal: AbortSignal;
}

/** A chapter of bench/STORAGE.md. */
export type StoragePart = Part<PartOptions>;
