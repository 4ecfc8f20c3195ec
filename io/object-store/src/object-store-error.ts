/** Why the store did not do what was asked, after all attempts. */
export class ObjectStoreError extends Error {
  override readonly name = "ObjectStoreError";
  readonly code: ObjectStoreErrorCode;
  /** What the store itself said, for the log: its S3 code, message and request ID. */
  readonly detail: string | undefined;
  readonly attempts: number;

  constructor(code: ObjectStoreErrorCode, message: string, options: ObjectStoreErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.attempts = options.attempts ?? 1;
  }
}

export interface ObjectStoreErrorOptions {
  readonly detail?: string | undefined;
  readonly attempts?: number;
  readonly cause?: unknown;
}

/** Closed: every edge has an answer to each. */
export type ObjectStoreErrorCode =
  /** Settings, a key or options that no store takes. */
  | "bad_request"
  /** Signature, key or permission. */
  | "access_denied"
  | "no_such_bucket"
  | "no_such_upload"
  | "precondition_failed"
  | "bad_range"
  /** Too large, or parts too small. */
  | "bad_size"
  /** What came is not what was sent: a checksum differs, a body broke off. */
  | "corrupted"
  /** 503 or SlowDown, until the budget was spent. */
  | "overloaded"
  /** No connection, or it broke. */
  | "unreachable"
  | "timeout"
  /** The caller's signal. */
  | "aborted"
  | "store_full"
  /** 500 and whatever is not as S3 says it. */
  | "store_failed";
