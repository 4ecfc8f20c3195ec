import {
  type ListAnswer,
  listPage,
  type Page,
  parseContinuationToken,
  toContinuationToken,
  writeListObjects,
  writeListObjectsV2,
} from "@breakwater/s3";
import type { StoredObject } from "../disk/disk.ts";
import { answerXml } from "./answer.ts";
import { type Call, type OperationOf, openBucket } from "./call.ts";

type AnyListing = OperationOf<"ListObjects"> | OperationOf<"ListObjectsV2">;

export async function listObjects(
  call: Call,
  operation: OperationOf<"ListObjects">,
): Promise<void> {
  const { marker } = operation;
  const page = await pageOf(call, operation, marker);
  const isTold = page.isTruncated && operation.delimiter !== undefined;
  const nextMarker = isTold ? page.last : undefined;
  answerXml(call, writeListObjects({ ...answerOf(operation, page), marker, nextMarker }));
}

export async function listObjectsV2(
  call: Call,
  operation: OperationOf<"ListObjectsV2">,
): Promise<void> {
  const { continuationToken, startAfter, fetchOwner } = operation;
  const after = continuationToken ? parseContinuationToken(continuationToken) : startAfter;
  const page = await pageOf(call, operation, after);
  const { isTruncated, last } = page;
  const more = {
    ...{ startAfter, continuationToken, isOwnerWanted: fetchOwner },
    nextContinuationToken:
      isTruncated && last !== undefined ? toContinuationToken(last) : undefined,
  };
  answerXml(call, writeListObjectsV2({ ...answerOf(operation, page), ...more }));
}

async function pageOf(
  { store }: Call,
  { bucket, prefix, delimiter, maxKeys }: AnyListing,
  after: string | undefined,
): Promise<Page<StoredObject>> {
  await openBucket(store, bucket);
  return listPage(store.disk.objects(bucket), { prefix, delimiter, maxKeys, after });
}

const answerOf = (
  { bucket, prefix, delimiter, maxKeys, isUrlEncoded }: AnyListing,
  { objects, commonPrefixes, isTruncated }: Page<StoredObject>,
): ListAnswer => ({
  ...{ bucket, prefix, delimiter, maxKeys, isUrlEncoded },
  ...{ objects, commonPrefixes, isTruncated },
});
