import type { LimitAlgorithm } from "../algorithm.ts";
import { number } from "./bounds.ts";

/** Always the same limit. */
export function fixed(limit: number): LimitAlgorithm {
  return { name: "fixed", limit: number("limit", limit, 1, 1e9), onSample() {} };
}
