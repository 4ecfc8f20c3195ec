/** Why something asked of admission control cannot be. Closed: each edge maps every code. */
export type AdmissionErrorCode = "bad_option";

/** The only error that this package throws, and only where something is made. */
export class AdmissionError extends Error {
  override readonly name = "AdmissionError";
  readonly code: AdmissionErrorCode;

  constructor(code: AdmissionErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** For a wrong option; `fit` says what would do: "a whole number from 1 to 9". */
export function badOption(name: string, value: unknown, fit: string): AdmissionError {
  return new AdmissionError("bad_option", `Cannot use ${name} ${String(value)}: it takes ${fit}`);
}

/** Throws unless it is a whole number in these bounds. */
export function checkWhole(name: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw badOption(name, value, `a whole number from ${min} to ${max}`);
}

/** Throws unless it is a time in ms: finite and above 0. */
export function checkDurationMs(name: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw badOption(name, value, "a finite number of ms above 0");
}

/** Throws unless it is a part of a whole, 0 to 1. */
export function checkPart(name: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw badOption(name, value, "a number from 0 to 1");
}
