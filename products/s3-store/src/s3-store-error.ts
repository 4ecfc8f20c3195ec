/** Why the store cannot be as it was asked for. Closed: each edge maps every code. */
export type S3StoreErrorCode = "bad_option";

export class S3StoreError extends Error {
  override readonly name = "S3StoreError";
  readonly code: S3StoreErrorCode;

  constructor(code: S3StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
