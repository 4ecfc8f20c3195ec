import { UnitError } from "./unit-error.ts";

/**
 * Reads a duration as k6 does: Go's ("1m30s", "500ms", "1.5h"), with days ("1d12h"), or a number of
 * ms.
 *
 * A text of digits alone is ms too, as in k6. The answer is in ms, exact to the nanosecond.
 */
export function parseDuration(input: string | number): number {
  if (typeof input === "number") {
    if (input >= 0 && input <= maxDurationMs) return input;
    throw badDuration(input);
  }
  const text = input.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return parseDuration(Number(text));
  if (!wholeDuration.test(text)) throw badDuration(input);
  let totalMs = 0;
  for (const [, digits, unit] of text.matchAll(durationPart)) {
    totalMs += Number(digits) * unitMs[unit as keyof typeof unitMs];
  }
  if (totalMs > maxDurationMs) throw badDuration(input);
  return Math.round(totalMs * 1e6) / 1e6;
}

/** The units of k6's `summaryTimeUnit`. */
export type SummaryTimeUnit = "s" | "ms" | "us";

/**
 * Writes a duration as k6's summary does: its own unit by size, cut (not rounded) after two
 * decimals, or always in `unit`, rounded to two decimals. Negative ones get a sign (k6 writes them
 * all in ns).
 */
export function formatDuration(ms: number, unit?: SummaryTimeUnit): string {
  if (unit !== undefined)
    return `${(ms * fixedUnits[unit].perMs).toFixed(2)}${fixedUnits[unit].sign}`;
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms === 0) return "0s";
  if (ms < 0.001) return `${Math.trunc(ms * 1e6)}ns`;
  if (ms < 1) return `${cut(ms * 1000)}µs`;
  if (ms < 1000) return `${cut(ms)}ms`;
  if (ms < 60_000) return `${cut(ms / 1000)}s`;
  const seconds = Math.trunc((ms % 60_000) / 1000);
  const minutes = Math.trunc(ms / 60_000);
  if (minutes < 60) return `${minutes}m${seconds}s`;
  return `${Math.trunc(minutes / 60)}h${minutes % 60}m${seconds}s`;
}

const unitMs = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3, // U+00B5, the micro sign
  μs: 1e-3, // U+03BC, the Greek letter
  ns: 1e-6,
} as const;

const number = String.raw`(\d+\.?\d*|\.\d+)`;
const durationPart = new RegExp(`${number}(ms|us|µs|μs|ns|d|h|m|s)`, "gu");
const wholeDuration = new RegExp(`^(?:${durationPart.source})+$`, "u");

/** What fits Go's 64 bits of nanoseconds: 292 years. */
const maxDurationMs = 2 ** 63 / 1e6;

const fixedUnits = {
  s: { perMs: 1e-3, sign: "s" },
  ms: { perMs: 1, sign: "ms" },
  us: { perMs: 1e3, sign: "µs" },
} as const;

function badDuration(input: string | number): UnitError {
  return new UnitError(
    "bad_duration",
    `Cannot read ${quote(input)} as a duration: write a number and a unit, like "1m30s", "500ms" or "1d12h"`,
  );
}

const quote = (input: string | number) =>
  typeof input === "number" ? input : JSON.stringify(input);

function cut(value: number): string {
  // 1.15 · 100 is a hair below 115 in doubles.
  return String(Math.trunc(value * 100 + 1e-6) / 100);
}
