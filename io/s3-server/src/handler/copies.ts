import {
  type ByteRange,
  checkCopyRange,
  checkCopySource,
  checkWrite,
  S3Error,
  writeCopyResult,
} from "@breakwater/s3";
import type { Content, StoredChecksum, StoredObject } from "../disk/disk.ts";
import { answerXml } from "./answer.ts";
import { type Call, type OperationOf, openBucket } from "./call.ts";
import { hashContent } from "./hash-content.ts";
import { expectObject } from "./objects.ts";
import { expectUpload } from "./uploads.ts";

/** The copy keeps its source's ETag, also that of one which was uploaded in parts. */
export async function copyObject(call: Call, operation: OperationOf<"CopyObject">): Promise<void> {
  const { disk, epochMs } = call.store;
  const { bucket, key, conditions } = operation;
  const source = sourceOf(call, operation);
  checkWrite(conditions, disk.object({ bucket, key }));
  await openBucket(call.store, bucket);
  const checksum = await checksumOfCopy(call, operation, source);
  const { bytes, etag } = source;
  const { metadata = source.metadata, tags = source.tags } = operation;
  const copy = await duplicate(call, source, { first: 0, last: bytes - 1 }, (content) =>
    disk.putObject(
      { bucket, key, bytes, etag, modifiedMs: epochMs(), metadata, tags, checksum, content },
      (current) => checkWrite(conditions, current),
    ),
  );
  answerXml(call, writeCopyResult("Object", copy));
}

export async function copyPart(
  call: Call,
  operation: OperationOf<"UploadPartCopy">,
): Promise<void> {
  const { disk, epochMs } = call.store;
  const { uploadId, partNumber, sourceRange } = operation;
  const upload = expectUpload(call, operation);
  const source = sourceOf(call, operation);
  if (sourceRange !== undefined) checkCopyRange(sourceRange, source.bytes);
  const range = sourceRange ?? { first: 0, last: source.bytes - 1 };
  const algorithm = upload.checksumAlgorithm;
  const hashes = await hashContent(disk, source.content, { ...range, algorithm });
  const bytes = range.last + 1 - range.first;
  const copy = await duplicate(call, source, range, async (content) => {
    const part = { partNumber, bytes, ...hashes, modifiedMs: epochMs(), content };
    if (await disk.putPart(uploadId, part)) return part;
    throw new S3Error("NoSuchUpload");
  });
  answerXml(call, writeCopyResult("Part", copy));
}

/** Whatever goes wrong until `keep` has made something of the copy, it is discarded. */
async function duplicate<T>(
  { store }: Call,
  source: StoredObject,
  range: ByteRange,
  keep: (content: Content) => Promise<T>,
): Promise<T> {
  const content = await store.disk.duplicate(source.content, range);
  try {
    return await keep(content);
  } catch (error) {
    store.disk.discard(content);
    throw error;
  }
}

function sourceOf(
  call: Call,
  operation: OperationOf<"CopyObject" | "UploadPartCopy">,
): StoredObject {
  const source = expectObject(call, operation.source);
  checkCopySource(operation.sourceConditions, source);
  return source;
}

/** The source's own, unless another is asked for. */
async function checksumOfCopy(
  { store }: Call,
  { checksumAlgorithm: algorithm }: OperationOf<"CopyObject">,
  { checksum, content, bytes }: StoredObject,
): Promise<StoredChecksum | undefined> {
  if (algorithm === undefined || algorithm === checksum?.algorithm) return checksum;
  const wanted = { first: 0, last: bytes - 1, algorithm };
  const hashes = await hashContent(store.disk, content, wanted);
  return hashes.checksum && { ...hashes.checksum, type: "FULL_OBJECT" };
}
