/** Why a store could not be opened or served. Closed: each edge maps every code. */
export type S3ServerErrorCode =
  /** The folder holds something else. */
  | "foreign_folder"
  /** A newer program wrote it. */
  | "newer_folder"
  /** Another process has it open. */
  | "folder_in_use"
  /** The port or address cannot be had. */
  | "cannot_listen"
  /** It cannot be made, read or written. */
  | "folder_unusable";

/** The only error that this package throws beside S3Error, which clients are told. */
export class S3ServerError extends Error {
  override readonly name = "S3ServerError";
  readonly code: S3ServerErrorCode;

  constructor(code: S3ServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
