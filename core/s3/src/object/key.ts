import { S3Error } from "../s3-error.ts";

/** Bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024;

/** Throws S3Error for what cannot be an object's key. "../x" can: paths are the disk's affair. */
export function checkKey(key: string): void {
  if (key.length > MAX_KEY_BYTES || utf8.encode(key).length > MAX_KEY_BYTES) {
    throw new S3Error("KeyTooLongError", undefined, { MaxSizeAllowed: String(MAX_KEY_BYTES) });
  }
  if (key === "") throw new S3Error("InvalidArgument", "An object's key must not be empty");
  if (key.includes("\0") || !isWellFormed(key)) {
    throw new S3Error("InvalidArgument", "An object's key must be UTF-8 without NUL");
  }
}

const utf8 = new TextEncoder();

/** Without half of a surrogate pair. */
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);
