import type { Exchange } from "@breakwater/http-server";
import { type Field, type Operation, S3Error, type S3Request, type Verified } from "@breakwater/s3";
import type { Disk, StoredBucket } from "../disk/disk.ts";

/** A request whose sender is known, on its way to its answer. */
export interface Call {
  readonly exchange: Exchange;
  readonly request: S3Request;
  readonly verified: Verified;
  /** Of every answer: the request's id, and what the bucket's CORS rules allow. */
  readonly fields: readonly Field[];
  readonly store: Store;
}

/** What all calls share. */
export interface Store {
  readonly disk: Disk;
  readonly limits: S3Limits;
  readonly region: string;
  readonly createsBuckets: boolean;
  readonly epochMs: () => number;
  readonly onError: (error: unknown) => void;
  /** Bodies of objects and parts that are being received. */
  receiving: number;
}

export interface S3Limits {
  /** Of an XML document that a client sends; MaxMessageLengthExceeded beyond. */
  readonly maxDocumentBytes: number;
  /**
   * Objects and parts being received at once; SlowDown beyond. Each holds in memory what its disk
   * writer has not written, and no more.
   */
  readonly maxReceiving: number;
  /** Of every part but the last: MIN_PART_BYTES, but for tests. */
  readonly minPartBytes: number;
}

export type OperationOf<Kind extends Operation["kind"]> = Extract<
  Operation,
  { readonly kind: Kind }
>;

/** Throws S3Error. */
export function expectBucket({ disk }: Store, name: string): StoredBucket {
  const bucket = disk.bucket(name);
  if (bucket === undefined) throw noSuchBucket(name);
  return bucket;
}

/** Makes it where buckets are made on first use; otherwise throws S3Error. */
export async function openBucket(store: Store, name: string): Promise<void> {
  if (store.disk.bucket(name) !== undefined) return;
  if (!store.createsBuckets) throw noSuchBucket(name);
  await store.disk.createBucket(name, store.epochMs());
}

export const noSuchKey = (key: string): S3Error =>
  new S3Error("NoSuchKey", undefined, { Key: key });

const noSuchBucket = (name: string): S3Error =>
  new S3Error("NoSuchBucket", undefined, { BucketName: name });
