/** Why something could not be done. Closed: each edge maps every code. */
export type StorageTestErrorCode =
  /** A flag, an environment variable. */
  | "bad_option"
  /** A result file that cannot be read or written, or is none. */
  | "bad_file"
  /** Two results that say nothing about each other. */
  | "incomparable"
  /** The store would not say or do what was asked beside a test. */
  | "store_failed";

/** The only error that this package throws; what a store does to a test is in its result. */
export class StorageTestError extends Error {
  override readonly name = "StorageTestError";
  readonly code: StorageTestErrorCode;

  constructor(code: StorageTestErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
