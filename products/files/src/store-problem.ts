import { ObjectStoreError, type ObjectStoreErrorCode } from "@breakwater/object-store";
import { FilesError, type FilesErrorCode } from "./files-error.ts";

/**
 * What a client is told of an error of the store: a stable code and a sentence, nothing of what the
 * store said itself, which is for the log (`cause`). Undefined for what is neither the store's nor
 * ours: a mistake in this service.
 */
export function tryFilesError(error: unknown): FilesError | undefined {
  if (error instanceof FilesError) return error;
  if (!(error instanceof ObjectStoreError)) return undefined;
  const [code, message] = told[error.code];
  return new FilesError(code, message, { cause: error });
}

const wrongStore = "The store does not let this service in: its operator has to look at the log";

const told: Readonly<Record<ObjectStoreErrorCode, readonly [FilesErrorCode, string]>> = {
  bad_request: ["bad_request", "The store cannot take that: check the path"],
  access_denied: ["store_refused", wrongStore],
  no_such_bucket: ["store_refused", wrongStore],
  no_such_upload: ["gone", "That upload has ended or was given up: begin a new one"],
  precondition_failed: ["precondition_failed", "The file is not as the request expects it"],
  bad_range: ["bad_range", "The file has no such bytes: ask for less"],
  bad_size: ["too_large", "The store takes no file of that size: send a smaller one"],
  corrupted: ["corrupted", "What arrived is not what was sent: send it again"],
  overloaded: ["store_overloaded", "The store is too busy now: try again in a moment"],
  unreachable: ["store_unreachable", "The store cannot be reached now: try again later"],
  timeout: ["store_timeout", "The store did not answer in time: try again later"],
  aborted: ["cancelled", "The request was given up before it was done"],
  store_full: ["store_full", "The store has no room left: delete something or wait"],
  store_failed: ["store_failed", "The store failed: try again later"],
};
