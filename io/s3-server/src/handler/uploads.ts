import {
  type CrcName,
  checksumHeader,
  checkWrite,
  compositeChecksum,
  fullObjectChecksum,
  multipartEtag,
  type PartNamed,
  type PartStored,
  parseCompleteMultipartUpload,
  planCompletion,
  quoteEtag,
  S3Error,
  writeCompleteMultipartUploadResult,
  writeInitiateMultipartUpload,
} from "@breakwater/s3";
import { platformHashes, startChecksum } from "@breakwater/s3-platform";
import type { StoredChecksum, StoredObject, StoredUpload } from "../disk/disk.ts";
import { answerEmpty, answerXml } from "./answer.ts";
import { type Call, expectBucket, type OperationOf, openBucket } from "./call.ts";
import { readDocument } from "./read-document.ts";
import { receiveContent } from "./receive-content.ts";

export async function createUpload(
  call: Call,
  operation: OperationOf<"CreateMultipartUpload">,
): Promise<void> {
  const { disk, epochMs } = call.store;
  const { bucket, key, metadata, tags, checksumAlgorithm, checksumType } = operation;
  await openBucket(call.store, bucket);
  const { uploadId } = await disk.createUpload({
    ...{ bucket, key, metadata, tags, checksumAlgorithm, checksumType, startedMs: epochMs() },
  });
  const { exchange, fields } = call;
  const more =
    checksumAlgorithm === undefined
      ? []
      : ([
          ["x-amz-checksum-algorithm", checksumAlgorithm],
          ["x-amz-checksum-type", checksumType ?? ""],
        ] as const);
  const xml = writeInitiateMultipartUpload({ bucket, key, uploadId });
  answerXml({ exchange, fields: [...more, ...fields], request: call.request }, xml);
}

export async function putPart(call: Call, operation: OperationOf<"UploadPart">): Promise<void> {
  const { disk, epochMs } = call.store;
  const { body, uploadId, partNumber } = operation;
  const upload = expectUpload(call, operation);
  const stated = body.checksum?.algorithm ?? body.checksumAlgorithm;
  const algorithm = upload.checksumAlgorithm ?? stated;
  if (stated !== undefined && stated !== algorithm) {
    throw new S3Error(
      "InvalidRequest",
      `Checksum Type mismatch occurred, expected checksum Type: ${algorithm}, actual checksum Type: ${stated}`,
    );
  }
  const part = await receiveContent(call, { ...body, algorithm }, async (received) => {
    const kept = { partNumber, modifiedMs: epochMs(), ...received };
    if (await disk.putPart(uploadId, kept)) return kept;
    throw noSuchUpload(uploadId);
  });
  const { checksum } = part;
  const more = checksum && ([checksumHeader(checksum.algorithm), checksum.value] as const);
  answerEmpty(call, { more: [["etag", quoteEtag(part.etag)], ...(more ? [more] : [])] });
}

export async function completeUpload(
  call: Call,
  operation: OperationOf<"CompleteMultipartUpload">,
): Promise<void> {
  const { disk } = call.store;
  const { bucket, key, uploadId } = operation;
  expectBucket(call.store, bucket);
  const named = parseCompleteMultipartUpload(await readDocument(call));
  const upload = disk.upload({ bucket, key }, uploadId);
  const done = upload === undefined ? tryCompleted(call, operation, named) : undefined;
  if (upload === undefined && done === undefined) throw noSuchUpload(uploadId);
  const object = done ?? (await complete(call, operation, { upload: upload!, named }));
  const { etag, checksum } = object;
  const location = `http://${call.request.headers.get("host") ?? ""}${call.request.path}`;
  const checksumType = checksum?.type;
  answerXml(
    call,
    writeCompleteMultipartUploadResult({ location, bucket, key, etag, checksum, checksumType }),
  );
}

export async function abortUpload(
  call: Call,
  { bucket, key, uploadId }: OperationOf<"AbortMultipartUpload">,
): Promise<void> {
  expectBucket(call.store, bucket);
  const isThere = await call.store.disk.abortUpload({ bucket, key }, uploadId);
  if (!isThere) throw noSuchUpload(uploadId);
  answerEmpty(call, { status: 204 });
}

/** Throws S3Error. */
export function expectUpload(
  { store }: Call,
  { bucket, key, uploadId }: OperationOf<"UploadPart" | "UploadPartCopy" | "ListParts">,
): StoredUpload {
  expectBucket(store, bucket);
  const upload = store.disk.upload({ bucket, key }, uploadId);
  if (upload === undefined) throw noSuchUpload(uploadId);
  return upload;
}

async function complete(
  { store }: Call,
  { bucket, key, uploadId, conditions, checksum }: OperationOf<"CompleteMultipartUpload">,
  { upload, named }: { readonly upload: StoredUpload; readonly named: readonly PartNamed[] },
): Promise<StoredObject> {
  const { disk, epochMs, limits } = store;
  const parts = new Map(disk.parts(uploadId).map((part) => [part.partNumber, part]));
  const plan = planCompletion(named, {
    findPart: (partNumber) => parts.get(partNumber),
    md5: platformHashes.md5,
    minPartBytes: limits.minPartBytes,
  });
  const computed = checksumOfParts(upload, plan.parts);
  if (checksum !== undefined && computed !== undefined && checksum.value !== computed.value) {
    throw new S3Error(
      "BadDigest",
      `The ${checksum.algorithm} you specified did not match the calculated checksum.`,
    );
  }
  const completed = {
    ...{ bucket, key, uploadId, etag: plan.etag, modifiedMs: epochMs(), checksum: computed },
    parts: plan.parts,
  };
  return disk.completeUpload(completed, (current) => checkWrite(conditions, current));
}

/** A client that did not hear the answer asks again: the object is there, made of those parts. */
function tryCompleted(
  { store }: Call,
  { bucket, key }: OperationOf<"CompleteMultipartUpload">,
  named: readonly PartNamed[],
): StoredObject | undefined {
  if (!named.every(({ etag }) => /^[0-9a-f]{32}$/.test(etag))) return undefined;
  const etags = named.map(({ etag }) => etag);
  const object = store.disk.object({ bucket, key });
  return object?.etag === multipartEtag(etags, platformHashes.md5) ? object : undefined;
}

function checksumOfParts(
  { checksumAlgorithm: algorithm, checksumType: type }: StoredUpload,
  parts: readonly PartStored[],
): StoredChecksum | undefined {
  const checksums = parts.flatMap(({ checksum, bytes }) =>
    checksum === undefined ? [] : [{ ...checksum, bytes }],
  );
  if (algorithm === undefined || type === undefined || checksums.length < parts.length) {
    return undefined;
  }
  const hash = (bytes: Uint8Array): Uint8Array => {
    const running = startChecksum(algorithm);
    running.update(bytes);
    return running.digest();
  };
  const value =
    type === "COMPOSITE"
      ? compositeChecksum(checksums, hash)
      : // Of the SHAs there is no such type: CreateMultipartUpload refuses it.
        fullObjectChecksum(algorithm as CrcName, checksums);
  return { algorithm, value, type };
}

const noSuchUpload = (uploadId: string): S3Error =>
  new S3Error("NoSuchUpload", undefined, { UploadId: uploadId });
