import type { FailureCode } from "./failure.ts";

/**
 * Input that cannot be used, or a name that cannot be looked up. What fails later is a Failure, not
 * thrown.
 */
export class HttpClientError extends Error {
  override readonly name = "HttpClientError";
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}
