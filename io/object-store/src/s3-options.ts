import type { Clock } from "@breakwater/clock";
import { HttpClientError, type Lookup, type ParsedUrl, parseUrl } from "@breakwater/http-client";
import { type Credentials, checkBucketName, S3Error } from "@breakwater/s3";
import { ObjectStoreError } from "./object-store-error.ts";
import type { ObservedCall } from "./observed-call.ts";

export interface S3ObjectStoreOptions {
  /** "https://s3.eu-west-1.amazonaws.com"; without a path. */
  readonly endpoint: string;
  readonly bucket: string;
  /** What signatures are for; "us-east-1" where a store has none, "auto" with Cloudflare R2. */
  readonly region: string;
  readonly credentials: Credentials;
  /** "virtual": the bucket's name goes before the endpoint's host, as Amazon wants it. */
  readonly addressing: "path" | "virtual";
  readonly clock: Clock;
  /** Calendar time, which signatures name. */
  readonly epochMs: () => number;
  /** From 0 up to 1: spreads what is tried again. */
  readonly random: () => number;
  /** Shared by all calls and kept open. */
  readonly maxConnections: number;
  /** Calls that wait for one of them, 10,000 when left out; any more fail as "overloaded". */
  readonly maxWaiting?: number;
  /** For lookup, connect and TLS. */
  readonly connectTimeoutMs: number;
  /** For so long no byte may go either way; a whole call takes as long as it takes. */
  readonly timeoutMs: number;
  readonly retry: RetryOptions;
  /**
   * What guards bodies on their way. "signed": their SHA-256 is part of the signature; every store
   * takes it, and it costs 0.6 ms/MB. "unsigned": their CRC32, at next to nothing, for stores that
   * know S3's checksums (Amazon's, MinIO, ours); Amazon's takes streams so over https only.
   */
  readonly payload: "signed" | "unsigned";
  /** False takes any certificate. */
  readonly verifyTls: boolean;
  /** Instead of the system's resolver. */
  readonly lookup?: Lookup;
  /** Told of each attempt when it is over, a body that is read included. */
  readonly observe?: (call: ObservedCall) => void;
}

export interface RetryOptions {
  /** Of one call, the first included. */
  readonly maxAttempts: number;
  /** The first wait is random up to this, each further one up to twice as long. */
  readonly baseDelayMs: number;
  /** Also of what a store's Retry-After may ask for. */
  readonly maxDelayMs: number;
  /**
   * Over all calls: for each one this much may be tried again, and `budgetReserve` more, so that a
   * store that is down gets 1.1 times its load, not three times.
   */
  readonly budgetShare: number;
  readonly budgetReserve: number;
}

/** Four attempts within some seconds; a tenth of the calls and 50 more may be tried again. */
export const usualRetry: RetryOptions = {
  maxAttempts: 4,
  baseDelayMs: 100,
  maxDelayMs: 5000,
  budgetShare: 0.1,
  budgetReserve: 50,
};

/** The endpoint taken apart. Throws ObjectStoreError (bad_request) for options that cannot be. */
export function checkOptions(options: S3ObjectStoreOptions): ParsedUrl {
  const { retry } = options;
  const counts = { maxConnections: options.maxConnections, maxAttempts: retry.maxAttempts };
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1)
      throw badOption(name, value, "a whole number from 1");
  }
  const amounts = {
    maxWaiting: options.maxWaiting ?? 0,
    baseDelayMs: retry.baseDelayMs,
    maxDelayMs: retry.maxDelayMs,
    budgetShare: retry.budgetShare,
    budgetReserve: retry.budgetReserve,
  };
  for (const [name, value] of Object.entries(amounts)) {
    if (!(value >= 0)) throw badOption(name, value, "0 or more");
  }
  const { region, credentials } = options;
  const words = { region, accessKey: credentials.accessKey, secretKey: credentials.secretKey };
  for (const [name, value] of Object.entries(words)) {
    // The value of a secret is not shown.
    if (!/^[\x21-\x7e]+$/.test(value)) throw badOption(name, undefined, "ASCII without spaces");
  }
  checkBucket(options.bucket);
  return parseEndpoint(options.endpoint);
}

function parseEndpoint(endpoint: string): ParsedUrl {
  const url = parsed(endpoint);
  if (url.userinfo !== undefined)
    throw badEndpoint(endpoint, "credentials are given by themselves");
  if (url.target === "/" && !endpoint.includes("#")) return url;
  throw badEndpoint(endpoint, "it must have no path, the bucket is given by itself");
}

function parsed(endpoint: string): ParsedUrl {
  try {
    return parseUrl(endpoint);
  } catch (cause) {
    if (!(cause instanceof HttpClientError)) throw cause;
    throw badEndpoint(endpoint, "give a URL such as https://s3.example.com");
  }
}

function checkBucket(bucket: string): void {
  try {
    checkBucketName(bucket);
  } catch (cause) {
    if (!(cause instanceof S3Error)) throw cause;
    throw badOption("bucket", bucket, "3 to 63 of a-z, 0-9, - and .");
  }
}

function badEndpoint(endpoint: string, why: string): ObjectStoreError {
  const shown = JSON.stringify(endpoint.replace(/\/\/[^/@]*@/, "//…@"));
  return new ObjectStoreError("bad_request", `Cannot use the endpoint ${shown}: ${why}`);
}

function badOption(name: string, value: unknown, wanted: string): ObjectStoreError {
  const what = value === undefined ? name : `${name} ${JSON.stringify(value)}`;
  return new ObjectStoreError("bad_request", `Cannot use the ${what}: it must be ${wanted}`);
}
