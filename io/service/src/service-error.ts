/** Why something asked of a service cannot be. Closed: each edge maps every code. */
export type ServiceErrorCode = "bad_option";

/** The only error that this package throws, and only where something is made. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws unless it is a whole number in these bounds. */
export function checkWhole(name: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  const fit = `a whole number from ${min} to ${max}`;
  throw new ServiceError("bad_option", `Cannot use ${name} ${value}: it takes ${fit}`);
}
