import {
  compareKeys,
  type UploadsAnswer,
  writeListMultipartUploads,
  writeListParts,
} from "@breakwater/s3";
import type { StoredUpload } from "../disk/disk.ts";
import { answerXml } from "./answer.ts";
import { type Call, type OperationOf, openBucket } from "./call.ts";
import { expectUpload } from "./uploads.ts";

export function listParts(call: Call, operation: OperationOf<"ListParts">): void {
  const { bucket, key, uploadId, maxParts, partNumberMarker } = operation;
  const { checksumAlgorithm, checksumType } = expectUpload(call, operation);
  const all = call.store.disk.parts(uploadId);
  const after = all.filter(({ partNumber }) => partNumber > partNumberMarker);
  const parts = after.slice(0, maxParts);
  const isTruncated = parts.length < after.length && maxParts > 0;
  const answer = {
    ...{ bucket, key, uploadId, maxParts, partNumberMarker, parts },
    ...{ checksumAlgorithm, checksumType },
    nextPartNumberMarker: isTruncated ? parts.at(-1)?.partNumber : undefined,
  };
  answerXml(call, writeListParts(answer));
}

export async function listUploads(
  call: Call,
  operation: OperationOf<"ListMultipartUploads">,
): Promise<void> {
  const { bucket, prefix, delimiter, maxKeys, isUrlEncoded, keyMarker, uploadIdMarker } = operation;
  await openBucket(call.store, bucket);
  const page = pageOf(call.store.disk.uploads(bucket), operation);
  const asked = { bucket, prefix, delimiter, maxKeys, isUrlEncoded, keyMarker, uploadIdMarker };
  answerXml(call, writeListMultipartUploads({ ...asked, ...page }));
}

type UploadsPage = Pick<UploadsAnswer, "uploads" | "commonPrefixes" | "next">;

/** There are few of them: walking all is quick enough. */
function pageOf(
  all: Iterable<StoredUpload>,
  operation: OperationOf<"ListMultipartUploads">,
): UploadsPage {
  const { prefix, maxKeys } = operation;
  const uploads: StoredUpload[] = [];
  const commonPrefixes: string[] = [];
  let next: UploadsPage["next"];
  const wanted = [...all].filter(({ key }) => key.startsWith(prefix));
  for (const upload of afterMarker(wanted, operation)) {
    const common = commonPrefixOf(upload.key, operation);
    if (common !== undefined && common === commonPrefixes.at(-1)) continue;
    if (uploads.length + commonPrefixes.length === maxKeys) {
      return { uploads, commonPrefixes, next: maxKeys > 0 ? next : undefined };
    }
    if (common === undefined) uploads.push(upload);
    else commonPrefixes.push(common);
    next = common === undefined ? upload : { key: common, uploadId: "" };
  }
  return { uploads, commonPrefixes, next: undefined };
}

/** Both are in the same order: by key, then as they began. */
function afterMarker(
  uploads: readonly StoredUpload[],
  operation: OperationOf<"ListMultipartUploads">,
): readonly StoredUpload[] {
  const { keyMarker, uploadIdMarker } = operation;
  if (keyMarker === undefined) return uploads;
  const after = uploads.filter(
    ({ key }) => compareKeys(key, keyMarker) > 0 && commonPrefixOf(key, operation) !== keyMarker,
  );
  if (uploadIdMarker === undefined) return after;
  const same = uploads.filter(({ key }) => key === keyMarker);
  // One that is gone by now: whatever else has its key is told, perhaps again.
  const at = same.findIndex(({ uploadId }) => uploadId === uploadIdMarker);
  return [...same.slice(at + 1), ...after];
}

function commonPrefixOf(
  key: string,
  { prefix, delimiter }: OperationOf<"ListMultipartUploads">,
): string | undefined {
  if (delimiter === undefined) return undefined;
  const found = key.indexOf(delimiter, prefix.length);
  return found < 0 ? undefined : key.slice(0, found + delimiter.length);
}
