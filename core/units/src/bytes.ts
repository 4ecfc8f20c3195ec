import { UnitError } from "./unit-error.ts";

/**
 * Reads a number of bytes as GNU tools do: "1K" and "1KiB" are 1024, "1KB" is 1000, "11111" is
 * itself. Units in any case, up to P; a fraction is fine when whole bytes come out ("1.5K").
 */
export function parseBytes(input: string | number): number {
  const parts = byteCount.exec(String(input).trim());
  if (parts === null) throw badBytes(input);
  const [, digits, prefix = "", suffix = ""] = parts;
  const base = prefix !== "" && suffix.toLowerCase() === "b" ? 1000 : 1024;
  const bytes = Number(digits) * base ** (prefixes.indexOf(prefix.toLowerCase()) + 1);
  if (!Number.isSafeInteger(bytes)) throw badBytes(input);
  return bytes;
}

/** Writes bytes as k6's summary does: decimal units, one decimal below ten ("1.2 MB", "12 MB"). */
export function formatBytes(bytes: number): string {
  if (bytes < 0) return `-${formatBytes(-bytes)}`;
  if (bytes < 10) return `${Math.trunc(bytes)} B`;
  const power = Math.min(decimalUnits.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 9.95 ? 1 : 0)} ${decimalUnits[power]}`;
}

const byteCount = /^(\d+(?:\.\d+)?)(?:([kmgtp])(b|i|ib)?|b)?$/i;
const prefixes = ["k", "m", "g", "t", "p"];
const decimalUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];

function badBytes(input: string | number): UnitError {
  const shown = typeof input === "number" ? input : JSON.stringify(input);
  return new UnitError(
    "bad_bytes",
    `Cannot read ${shown} as a number of bytes: write whole bytes with or without a unit, like "11111", "10K" (1024 each), "10KB" (1000 each) or "1GiB"`,
  );
}
