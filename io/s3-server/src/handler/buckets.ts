import {
  type InBucket,
  ownerOnlyAcl,
  parseCreateBucket,
  parseDelete,
  parseVersioning,
  S3Error,
  versioningOff,
  writeDeleteResult,
  writeListBuckets,
  writeLocation,
  writeUnset,
} from "@breakwater/s3";
import { answerEmpty, answerXml } from "./answer.ts";
import { type Call, expectBucket, type OperationOf, openBucket } from "./call.ts";
import { readDocument, tryReadDocument } from "./read-document.ts";

export function listBuckets(call: Call): void {
  answerXml(call, writeListBuckets(call.store.disk.buckets()));
}

/** In whatever region the client names: there is one place. */
export async function createBucket(call: Call, { bucket }: InBucket): Promise<void> {
  const { disk, epochMs, createsBuckets } = call.store;
  const document = await tryReadDocument(call);
  if (document !== undefined) parseCreateBucket(document);
  const isNew = await disk.createBucket(bucket, epochMs());
  // Where buckets come by themselves, who asks for one can hardly be blamed that it is there.
  if (!isNew && !createsBuckets) throw new S3Error("BucketAlreadyOwnedByYou");
  answerEmpty(call, { more: [["location", `/${bucket}`]] });
}

export async function headBucket(call: Call, { bucket }: InBucket): Promise<void> {
  await openBucket(call.store, bucket);
  answerEmpty(call, { more: [["x-amz-bucket-region", call.store.region]] });
}

export async function deleteBucket(call: Call, { bucket }: InBucket): Promise<void> {
  const outcome = await call.store.disk.deleteBucket(bucket);
  if (outcome === "absent") expectBucket(call.store, bucket);
  if (outcome === "not empty") throw new S3Error("BucketNotEmpty");
  answerEmpty(call, { status: 204 });
}

export async function getLocation(call: Call, { bucket }: InBucket): Promise<void> {
  await openBucket(call.store, bucket);
  answerXml(call, writeLocation(call.store.region));
}

export function getVersioning(call: Call, { bucket }: InBucket): void {
  expectBucket(call.store, bucket);
  answerXml(call, versioningOff);
}

export async function putVersioning(call: Call, { bucket }: InBucket): Promise<void> {
  expectBucket(call.store, bucket);
  parseVersioning(await readDocument(call));
  answerEmpty(call);
}

export function getBucketAcl(call: Call, { bucket }: InBucket): void {
  expectBucket(call.store, bucket);
  answerXml(call, ownerOnlyAcl);
}

/** What clients ask for though nobody set it. */
export function getSetting(call: Call, operation: OperationOf<"GetBucketSetting">): void {
  expectBucket(call.store, operation.bucket);
  answerXml(call, writeUnset(operation.setting));
}

export async function deleteObjects(call: Call, { bucket }: InBucket): Promise<void> {
  expectBucket(call.store, bucket);
  const { keys, isQuiet } = parseDelete(await readDocument(call));
  await call.store.disk.deleteObjects(bucket, keys);
  answerXml(call, writeDeleteResult({ deleted: isQuiet ? [] : keys, failed: [] }));
}
