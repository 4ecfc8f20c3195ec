/** By how many seconds Retry-After is spread at least, and which part of it at most. */
const SPREAD_S = 2;
const SPREAD_PART = 0.5;

/**
 * What Retry-After says: whole seconds (RFC 9110, 10.2.3), at least 1, never too early, and spread
 * by chance (from 0 to below 1), or all who were turned away together come back together.
 */
export function retryAfterSeconds(retryAfterMs: number, chance: number): number {
  const leastS = retryAfterMs > 0 ? retryAfterMs / 1000 : 0;
  return Math.max(1, Math.ceil(leastS + chance * Math.max(SPREAD_S, leastS * SPREAD_PART)));
}
