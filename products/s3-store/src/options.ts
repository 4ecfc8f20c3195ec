import type { Durability } from "@breakwater/s3-server";
import { S3StoreError } from "./s3-store-error.ts";

/** What the user of `bw s3` may say. */
export interface S3StoreOptions {
  /** Where everything is kept; made if it is not there. */
  readonly dir?: string | undefined;
  /** 0 for any. */
  readonly port?: number | undefined;
  /** The address to listen on. */
  readonly host?: string | undefined;
  readonly accessKey?: string | undefined;
  readonly secretKey?: string | undefined;
  /** "none", "object" or "strict": what an answer promises for when the power goes. */
  readonly durability?: string | undefined;
  /** The only one that clients may sign for; left out, whatever they call it. */
  readonly region?: string | undefined;
  /** Below it, buckets are hosts: "BUCKET.s3.test". */
  readonly domain?: string | undefined;
  /** False: a bucket is there only when somebody has made it. */
  readonly createBuckets?: boolean | undefined;
}

/** The options, checked and complete. */
export interface S3StoreSettings {
  readonly folder: string;
  readonly port: number;
  readonly hostname: string;
  readonly credentials: { readonly accessKey: string; readonly secretKey: string };
  /** Whether the keys are those that everybody knows. */
  readonly isOpenSecret: boolean;
  readonly durability: Durability;
  readonly region: string | undefined;
  readonly hosts: readonly string[];
  readonly createsBuckets: boolean;
}

export const s3StoreDefaults = {
  port: 9000,
  host: "127.0.0.1",
  accessKey: "breakwater",
  secretKey: "breakwater-secret",
  durability: "object",
} as const;

/** Throws an S3StoreError that says which option cannot be. */
export function parseS3StoreOptions(options: S3StoreOptions): S3StoreSettings {
  const { dir, port = s3StoreDefaults.port, region, domain, createBuckets = true } = options;
  if (dir === undefined || dir === "") {
    throw bad("Cannot store without a folder: name one with --dir, which is made if need be");
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw bad(`Cannot listen on port ${port}: it must be a whole number from 0 to 65535`);
  }
  if (region !== undefined && !/^[a-z0-9-]{1,63}$/.test(region)) {
    throw bad(`Cannot use region ${shown(region)}: it must be like eu-central-1`);
  }
  return {
    ...{ folder: dir, port, region, createsBuckets: createBuckets },
    ...parseAccess(options),
    durability: parseDurability(options.durability ?? s3StoreDefaults.durability),
    hosts: domain === undefined ? [] : [parseDomain(domain)],
  };
}

type Access = Pick<S3StoreSettings, "hostname" | "credentials" | "isOpenSecret">;

/** The keys that everybody knows open the store to nobody beyond this machine. */
function parseAccess({
  accessKey,
  secretKey,
  host = s3StoreDefaults.host,
}: S3StoreOptions): Access {
  if (host === "") throw bad('Cannot listen on host "": give an address, such as 0.0.0.0 for all');
  if (accessKey === undefined && secretKey === undefined) {
    if (!isLoopback(host)) {
      throw bad(
        `Cannot listen on host ${shown(host)} with keys that everybody knows: ` +
          "choose some with --access-key and --secret-key",
      );
    }
    return { hostname: host, credentials: s3StoreDefaults, isOpenSecret: true };
  }
  if (accessKey === undefined || secretKey === undefined) {
    throw bad("Cannot use one key without the other: give --access-key and --secret-key, or none");
  }
  if (!/^[\w.+=@-]{3,128}$/.test(accessKey)) {
    throw bad(
      `Cannot use access key ${shown(accessKey)}: it must be 3 to 128 letters, digits and ._+=@-`,
    );
  }
  if (secretKey.length < MIN_SECRET) {
    throw bad(
      `Cannot use a secret key of ${secretKey.length} characters: give ${MIN_SECRET} or more`,
    );
  }
  return { hostname: host, credentials: { accessKey, secretKey }, isOpenSecret: false };
}

const MIN_SECRET = 8;

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);

function parseDurability(text: string): Durability {
  if (text === "none" || text === "object" || text === "strict") return text;
  throw bad(`Cannot use durability ${shown(text)}: it must be none, object or strict`);
}

function parseDomain(text: string): string {
  const domain = text.toLowerCase();
  if (/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(domain)) return domain;
  throw bad(`Cannot use domain ${shown(text)}: it must be a host's name without a port`);
}

const shown = (text: string): string => JSON.stringify(text);

const bad = (message: string): S3StoreError => new S3StoreError("bad_option", message);
