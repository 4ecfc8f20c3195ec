import { bytesOf } from "../../testing/disk-calls.ts";
import type { Durability } from "../content-files.ts";

export const crashBucket = "crash";
export const crashKeys: readonly string[] = ["a", "b", "c/d", "e", "f", "g"];

/** One change of a key; versions only grow. */
export interface Change {
  readonly key: string;
  readonly version: number;
  readonly kind: "put" | "upload" | "copy" | "delete";
}

/** Of different sizes: in the index, in a file, in a large one. */
export function contentFor({ key, version }: Pick<Change, "key" | "version">): Uint8Array {
  const seed = version * 31 + key.charCodeAt(0);
  return bytesOf(sizes[seed % sizes.length]! + (seed % 50), seed);
}

export function parseDurability(text: string): Durability {
  if (text === "none" || text === "object" || text === "strict") return text;
  throw new Error(`Cannot run with the durability ${JSON.stringify(text)}`);
}

const sizes = [0, 700, 40_000, 140_000, 200_000, 600_000, 1_500_000];
