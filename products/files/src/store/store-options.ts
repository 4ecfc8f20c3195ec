import type { Clock } from "@breakwater/clock";
import { ObjectStoreError, type S3ObjectStoreOptions, usualRetry } from "@breakwater/object-store";
import { FilesError } from "../files-error.ts";
import type { Settings } from "../settings.ts";

/** What all stores are asked with. */
export function storeOptions(
  settings: Settings,
  clock: Clock,
): Omit<S3ObjectStoreOptions, "endpoint" | "credentials" | "addressing" | "payload"> {
  return {
    bucket: settings.bucketName ?? settings.s3Bucket ?? "files",
    region: settings.region ?? settings.awsRegion ?? "auto",
    clock,
    epochMs: Date.now,
    random: Math.random,
    maxConnections: settings.storeConnections,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    timeoutMs: settings.storeTimeout,
    retry: usualRetry,
    verifyTls: true,
  };
}

const CONNECT_TIMEOUT_MS = 5000;

/** What the client says of its options is about the settings. */
export function checked<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof ObjectStoreError)) throw cause;
    throw new FilesError("bad_setting", cause.message, { cause });
  }
}

export interface StoreParts {
  readonly clock: Clock;
  /** The embedded store failed where it is no client's doing. */
  readonly onError: (error: unknown) => void;
  /** Another store did not answer at the start: it may do so later. */
  readonly onSilence: (error: unknown) => void;
}
