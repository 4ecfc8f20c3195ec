import type { RemoteError } from "@breakwater/s3";
import type { ObjectStoreErrorCode } from "./object-store-error.ts";

/** What a store said no with: its S3 code, where it gave one, and the status. */
export interface Refusal extends RemoteError {
  readonly status: number;
}

/** Stores have more codes than S3 lists: what is not known here goes by the status. */
export function codeOfRefusal({ code, status }: Refusal): ObjectStoreErrorCode {
  const known = Object.hasOwn(byS3Code, code) ? byS3Code[code] : undefined;
  return known ?? byStatus[status] ?? (status >= 500 ? "store_failed" : "bad_request");
}

/** For the log. */
export function toDetail({ code, message, requestId, status }: Refusal): string {
  const id = requestId === undefined ? "" : ` (request ${requestId})`;
  return `${code === "" ? `status ${status}` : code}: ${message}${id}`;
}

const byS3Code: Readonly<Record<string, ObjectStoreErrorCode | undefined>> = {
  AccessDenied: "access_denied",
  AllAccessDisabled: "access_denied",
  AuthorizationHeaderMalformed: "access_denied",
  BadDigest: "corrupted",
  BucketAlreadyExists: "access_denied",
  EntityTooLarge: "bad_size",
  EntityTooSmall: "bad_size",
  ExpiredToken: "access_denied",
  IncompleteBody: "corrupted",
  InternalError: "store_failed",
  InvalidAccessKeyId: "access_denied",
  InvalidRange: "bad_range",
  InvalidToken: "access_denied",
  NoSuchBucket: "no_such_bucket",
  // Of a write: where nothing is, nothing has the ETag that was asked for.
  NoSuchKey: "precondition_failed",
  NoSuchUpload: "no_such_upload",
  PreconditionFailed: "precondition_failed",
  ConditionalRequestConflict: "precondition_failed",
  RequestTimeTooSkewed: "access_denied",
  RequestTimeout: "timeout",
  ServiceUnavailable: "overloaded",
  SignatureDoesNotMatch: "access_denied",
  SlowDown: "overloaded",
  SlowDownRead: "overloaded",
  SlowDownWrite: "overloaded",
  StorageFull: "store_full",
  Throttling: "overloaded",
  TooManyRequests: "overloaded",
  XAmzContentChecksumMismatch: "corrupted",
  XAmzContentSHA256Mismatch: "corrupted",
  XMinioStorageFull: "store_full",
};

const byStatus: Readonly<Record<number, ObjectStoreErrorCode | undefined>> = {
  401: "access_denied",
  403: "access_denied",
  412: "precondition_failed",
  413: "bad_size",
  416: "bad_range",
  429: "overloaded",
  503: "overloaded",
  507: "store_full",
};
