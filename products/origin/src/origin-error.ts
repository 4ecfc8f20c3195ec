/**
 * Why the origin could not be set up. Where it cannot listen, @breakwater/server's ServerError says
 * why.
 */
export type OriginErrorCode = "bad_option";

export class OriginError extends Error {
  override readonly name = "OriginError";
  readonly code: OriginErrorCode;

  constructor(code: OriginErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
