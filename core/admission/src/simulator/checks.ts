import { badOption } from "../admission-error.ts";

/** A piece of the run's time, in ms since its beginning. */
export interface Period {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Throws an AdmissionError ("bad_option") unless it is a finite number of at least `min`. */
export function checkNumber(name: string, value: number, min: number): void {
  if (Number.isFinite(value) && value >= min) return;
  throw badOption(name, value, `a finite number from ${min}`);
}

/** The same for what is counted. */
export function checkCount(name: string, value: number, min: number): void {
  if (Number.isSafeInteger(value) && value >= min) return;
  throw badOption(name, value, `a whole number from ${min}`);
}

/** Throws unless it begins at 0 or later and ends after that. */
export function checkPeriod(name: string, { fromMs, untilMs }: Period): void {
  checkNumber(`${name}.fromMs`, fromMs, 0);
  checkNumber(`${name}.untilMs`, untilMs, 0);
  if (untilMs <= fromMs) throw badOption(`${name}.untilMs`, untilMs, `more than ${fromMs}`);
}
