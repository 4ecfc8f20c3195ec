import { parseDuration } from "./duration.ts";
import { UnitError } from "./unit-error.ts";

/** So many per so long, kept apart as k6's `rate` and `timeUnit` are. */
export interface Rate {
  readonly rate: number;
  readonly timeUnitMs: number;
}

/** Reads "5000/s", "300/1m" or "10/100ms"; a bare number is per second. Always above zero. */
export function parseRate(input: string | number): Rate {
  const parts = rateText.exec(String(input).trim());
  if (parts === null) throw badRate(input);
  const [, digits, time = "1s"] = parts;
  const rate = Number(digits);
  const timeUnitMs = tryDuration(/^[\d.]/.test(time) ? time : `1${time}`);
  if (!(rate > 0 && Number.isFinite(rate)) || !timeUnitMs) throw badRate(input);
  return { rate, timeUnitMs };
}

const rateText = /^(\d+(?:\.\d+)?)(?:\s*\/\s*(\S+))?$/;

function tryDuration(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof UnitError) return undefined;
    throw error;
  }
}

function badRate(input: string | number): UnitError {
  const shown = typeof input === "number" ? input : JSON.stringify(input);
  return new UnitError(
    "bad_rate",
    `Cannot read ${shown} as a rate: write a number above 0 per time, like "5000/s", "300/1m" or "10/100ms"`,
  );
}
