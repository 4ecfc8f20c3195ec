import { systemClock } from "@breakwater/system-clock";
import type { ObjectStore } from "../object-store.ts";
import { s3ObjectStore } from "../s3-object-store.ts";
import { type S3ObjectStoreOptions, usualRetry } from "../s3-options.ts";

/** An S3 client of tests, with whatever is to be different. */
export function testStore(options: Partial<S3ObjectStoreOptions>): ObjectStore {
  return s3ObjectStore(testOptions(options));
}

export function testOptions(options: Partial<S3ObjectStoreOptions>): S3ObjectStoreOptions {
  return {
    endpoint: "http://127.0.0.1:9",
    bucket: "bucket",
    region: "us-east-1",
    credentials: { accessKey: "key", secretKey: "the-secret" },
    addressing: "path",
    clock: systemClock(),
    epochMs: Date.now,
    random: Math.random,
    maxConnections: 8,
    connectTimeoutMs: 5000,
    timeoutMs: 10_000,
    retry: usualRetry,
    payload: "signed",
    verifyTls: true,
    ...options,
  };
}
