import type { ObjectStoreError, ObjectStoreErrorCode } from "@breakwater/object-store";

/** What a test that failed is to its client. */
export interface FailureAnswer {
  readonly status: number;
  /** As the seed words it: "Upload failed: 403 - Access Denied". */
  readonly error: string;
}

/** `words`: what S3 says, where that is always the same; else the error's own message is shown. */
interface Meaning {
  readonly status: number;
  readonly words?: string;
}

/** What this service was set up with is its own fault, 500; what the store does is not. */
const meanings: Readonly<Record<ObjectStoreErrorCode, Meaning>> = {
  bad_request: { status: 500 },
  access_denied: { status: 500, words: "403 - Access Denied" },
  no_such_bucket: { status: 500, words: "404 - The specified bucket does not exist" },
  no_such_upload: { status: 502, words: "404 - The specified upload does not exist" },
  precondition_failed: { status: 502 },
  bad_range: { status: 502 },
  bad_size: { status: 500 },
  corrupted: { status: 502 },
  overloaded: { status: 503, words: "503 - Slow Down" },
  unreachable: { status: 502 },
  timeout: { status: 504 },
  aborted: { status: 503, words: "Cancelled" },
  store_full: { status: 507 },
  store_failed: { status: 502 },
};

export function failureAnswer({ code, message }: ObjectStoreError): FailureAnswer {
  const { status, words = message } = meanings[code];
  return { status, error: `Upload failed: ${words}` };
}
