/**
 * Why the origin could not be set up, or go on. Where it cannot listen, @breakwater/http-server's
 * ServerError says why.
 */
export type OriginErrorCode = "bad_option" | "worker_lost";

export class OriginError extends Error {
  override readonly name = "OriginError";
  readonly code: OriginErrorCode;

  constructor(code: OriginErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
