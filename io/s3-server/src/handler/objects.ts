import {
  type ByteRange,
  checksumHeader,
  checkWrite,
  type Field,
  type InObject,
  isRangeFor,
  judgeRead,
  metadataHeaders,
  ownerOnlyAcl,
  quoteEtag,
  type Reading,
  resolveRange,
  S3Error,
  toContentRange,
  toHttpDate,
} from "@breakwater/s3";
import type { StoredChecksum, StoredObject } from "../disk/disk.ts";
import { answerEmpty, answerXml } from "./answer.ts";
import { type Call, expectBucket, noSuchKey, type OperationOf, openBucket } from "./call.ts";
import { receiveContent } from "./receive-content.ts";
import { sendContent } from "./send-content.ts";

export async function putObject(call: Call, operation: OperationOf<"PutObject">): Promise<void> {
  const { disk, epochMs } = call.store;
  const { bucket, key, body, conditions, metadata, tags } = operation;
  // Before the body is asked for; and once more when it is put.
  checkWrite(conditions, disk.object({ bucket, key }));
  await openBucket(call.store, bucket);
  const algorithm = body.checksum?.algorithm ?? body.checksumAlgorithm;
  const put = await receiveContent(call, { ...body, algorithm }, ({ checksum, ...received }) =>
    disk.putObject(
      {
        ...{ bucket, key, metadata, tags, modifiedMs: epochMs(), ...received },
        checksum: checksum && { ...checksum, type: "FULL_OBJECT" },
      },
      (current) => checkWrite(conditions, current),
    ),
  );
  answerEmpty(call, { more: [["etag", quoteEtag(put.etag)], ...checksumFields(put.checksum)] });
}

export async function deleteObject(
  call: Call,
  operation: OperationOf<"DeleteObject">,
): Promise<void> {
  const { disk } = call.store;
  expectBucket(call.store, operation.bucket);
  await disk.deleteObject(operation, (current) => checkWrite(operation.conditions, current));
  answerEmpty(call, { status: 204 });
}

export function getObject(
  call: Call,
  operation: OperationOf<"GetObject" | "HeadObject">,
): void | Promise<void> {
  const object = expectObject(call, operation);
  const state = stateFields(object);
  const verdict = judgeRead(operation.conditions, object);
  if (verdict === "failed") throw new S3Error("PreconditionFailed");
  if (verdict === "not modified") return answerEmpty(call, { status: 304, more: state });
  const range = rangeOf(object, operation);
  const fields = [
    ...state,
    ...metadataHeaders(object.metadata, operation.overrides),
    ...moreFields(object, operation, range),
  ];
  const status = range === undefined ? 200 : 206;
  const sent = range ?? { first: 0, last: object.bytes - 1 };
  const bytes = sent.last + 1 - sent.first;
  if (operation.kind === "HeadObject") {
    return answerEmpty(call, { status, more: [...fields, ["content-length", String(bytes)]] });
  }
  if (bytes === 0) return answerEmpty(call, { status, more: fields });
  return sendContent(call, { status, fields, content: object.content, range: sent });
}

/** There is one owner of everything. */
export function getObjectAcl(call: Call, operation: InObject): void {
  expectObject(call, operation);
  answerXml(call, ownerOnlyAcl);
}

/** Throws S3Error. */
export function expectObject(
  { store }: Pick<Call, "store">,
  { bucket, key }: InObject,
): StoredObject {
  const object = store.disk.object({ bucket, key });
  if (object !== undefined) return object;
  expectBucket(store, bucket);
  throw noSuchKey(key);
}

export const checksumFields = (checksum: StoredChecksum | undefined): readonly Field[] =>
  checksum === undefined
    ? []
    : [
        [checksumHeader(checksum.algorithm), checksum.value],
        ["x-amz-checksum-type", checksum.type],
      ];

/** `undefined` for the whole object. Throws S3Error. */
function rangeOf(object: StoredObject, reading: Reading): ByteRange | undefined {
  const { partNumber, range, ifRange } = reading;
  if (partNumber !== undefined) return partRange(object, partNumber);
  if (range === undefined || !isRangeFor(ifRange, object)) return undefined;
  return resolveRange(range, object.bytes);
}

/** What was put whole is its own first part. */
function partRange({ bytes, partBytes = [bytes] }: StoredObject, partNumber: number): ByteRange {
  const own = partBytes[partNumber - 1];
  if (own === undefined) {
    throw new S3Error("InvalidPartNumber", undefined, {
      PartNumberRequested: String(partNumber),
      ActualPartCount: String(partBytes.length),
    });
  }
  const first = partBytes.slice(0, partNumber - 1).reduce((all, before) => all + before, 0);
  return { first, last: first + own - 1 };
}

const stateFields = ({ etag, modifiedMs }: StoredObject): readonly Field[] => [
  ["etag", quoteEtag(etag)],
  ["last-modified", toHttpDate(modifiedMs)],
];

function moreFields(
  object: StoredObject,
  { wantsChecksum, partNumber }: Reading,
  range: ByteRange | undefined,
): readonly Field[] {
  const { bytes, tags, checksum, partBytes } = object;
  const fields: Field[] = [["accept-ranges", "bytes"]];
  if (tags.length > 0) fields.push(["x-amz-tagging-count", String(tags.length)]);
  // A checksum of the whole says nothing of a part of it.
  if (wantsChecksum && range === undefined) fields.push(...checksumFields(checksum));
  // A part may be empty.
  if (range !== undefined && range.first <= range.last) {
    fields.push(["content-range", toContentRange(range, bytes)]);
  }
  if (partNumber !== undefined && partBytes !== undefined) {
    fields.push(["x-amz-mp-parts-count", String(partBytes.length)]);
  }
  return fields;
}
