import { badOption } from "../admission-error.ts";
import type { Sample } from "../algorithm.ts";

/** Between which numbers a limit stays, and where it begins; each algorithm says its defaults. */
export interface LimitBounds {
  readonly initial?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** Throws bad_option unless 1 ≤ min ≤ initial ≤ max. A default makes room for what is given. */
export function parseBounds(
  { initial, min, max }: LimitBounds,
  defaults: { readonly initial: number; readonly max: number },
): { readonly initial: number; readonly min: number; readonly max: number } {
  const lowest = number("min", min ?? 1, 1, MOST);
  const wanted = number("initial", initial ?? Math.max(lowest, defaults.initial), lowest, MOST);
  const highest = number("max", max ?? Math.max(wanted, defaults.max), lowest, MOST);
  const first = initial ?? Math.min(wanted, highest);
  return { initial: number("initial", first, lowest, highest), min: lowest, max: highest };
}

/** Throws bad_option unless it is finite and within the bounds, which may themselves be used. */
export function number(name: string, value: number, atLeast: number, atMost: number): number {
  if (value >= atLeast && value <= atMost && Number.isFinite(value)) return value;
  throw badOption(name, value, `a number from ${atLeast} to ${atMost}`);
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/**
 * False for what cannot be true: a clock that jumped (rtt below 0, above eleven days), a count that
 * nobody has. What is left can be multiplied and divided without leaving the doubles.
 */
export function isUsable({ rttMs, inFlight, nowMs }: Sample): boolean {
  // NaN fails every comparison; the last is false for ±Infinity too.
  return rttMs >= 0 && rttMs <= MOST && inFlight >= 0 && inFlight <= MOST && nowMs - nowMs === 0;
}

/** Below a µs no clock means anything, and by 0 nothing can be divided. */
export function believable(rttMs: number): number {
  return Math.max(rttMs, 0.001);
}

const MOST = 1e9;
