/** Why a key, a key ring, an issuer or a verifier cannot be. Closed: each edge maps every code. */
export type JwtErrorCode = "bad_key" | "bad_option" | "bad_claims" | "fetch_failed";

/** What this package throws; that a token is refused is a value, see JwtRefusal. */
export class JwtError extends Error {
  override readonly name = "JwtError";
  readonly code: JwtErrorCode;

  constructor(code: JwtErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** For a wrong option; `fit` says what would do: "a whole number above 0". */
export function badOption(name: string, value: unknown, fit: string): JwtError {
  return new JwtError("bad_option", `Cannot use ${name} ${String(value)}: it takes ${fit}`);
}

/** Throws unless it is a whole number from 1. */
export function checkCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw badOption(name, value, "a whole number above 0");
}

/** Throws unless it is a time in ms from `minMs`. */
export function checkMs(name: string, value: number, minMs: number): void {
  if (Number.isFinite(value) && value >= minMs) return;
  throw badOption(name, value, `a finite number of ms from ${minMs}`);
}
