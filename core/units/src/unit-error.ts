/** Why a text could not be read as a quantity. Closed: each edge maps every code. */
export type UnitErrorCode = "bad_duration" | "bad_bytes" | "bad_rate";

/** The only error that this package throws. */
export class UnitError extends Error {
  override readonly name = "UnitError";
  readonly code: UnitErrorCode;

  constructor(code: UnitErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
