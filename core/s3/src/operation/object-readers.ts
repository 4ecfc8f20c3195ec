import { parseChecksum } from "../checksum/checksum.ts";
import { parsePartNumber } from "../multipart/completion.ts";
import { parseConditions } from "../object/conditions.ts";
import { parseMetadata, systemNames } from "../object/metadata.ts";
import { parseCopyRange, tryRange } from "../object/range.ts";
import { parseTaggingHeader } from "../object/tagging.ts";
import type { S3Headers, S3Request } from "../request.ts";
import { S3Error } from "../s3-error.ts";
import { findParameter } from "../uri.ts";
import type { Address } from "./address.ts";
import type { Reader } from "./bucket-readers.ts";
import type { Operation, PlannedChecksum, Reading } from "./operation.ts";
import {
  invalid,
  parseAlgorithm,
  parseBody,
  parseCopySource,
  parseMax,
  parseReplaces,
} from "./parameters.ts";

/** By method and subresource. */
export const objectReaders: Readonly<Record<string, Reader>> = {
  GET: (request, address) => ({ kind: "GetObject", ...address, ...readingOf(request) }),
  HEAD: (request, address) => ({ kind: "HeadObject", ...address, ...readingOf(request) }),
  PUT: (request, address) => (isCopy(request) ? readCopy : readPut)(request, address),
  DELETE: ({ headers }, address) => ({
    kind: "DeleteObject",
    ...address,
    conditions: parseConditions(headers, ""),
  }),
  "GET acl": (_request, address) => ({ kind: "GetObjectAcl", ...address }),
  "GET tagging": (_request, address) => ({ kind: "GetObjectTagging", ...address }),
  "PUT tagging": (_request, address) => ({ kind: "PutObjectTagging", ...address }),
  "DELETE tagging": (_request, address) => ({ kind: "DeleteObjectTagging", ...address }),
  "POST uploads": readCreateUpload,
  "PUT uploadId": (request, address) =>
    (isCopy(request) ? readPartCopy : readPart)(request, address),
  "POST uploadId": readComplete,
  "DELETE uploadId": (request, address) => ({
    kind: "AbortMultipartUpload",
    ...address,
    uploadId: uploadIdOf(request),
  }),
  "GET uploadId": readListParts,
};

const isCopy = ({ headers }: S3Request): boolean => headers.get("x-amz-copy-source") !== null;

const uploadIdOf = ({ query }: S3Request): string => findParameter(query, "uploadId") ?? "";

const partNumberOf = ({ query }: S3Request): number =>
  parsePartNumber(findParameter(query, "partNumber") ?? "");

function readingOf({ headers, query }: S3Request): Reading {
  const part = findParameter(query, "partNumber");
  const range = tryRange(headers.get("range"));
  if (part !== undefined && range !== undefined) {
    throw new S3Error(
      "InvalidRequest",
      "Cannot specify both Range header and partNumber query parameter",
    );
  }
  return {
    conditions: parseConditions(headers, ""),
    range,
    ifRange: headers.get("if-range"),
    partNumber: part === undefined ? undefined : parsePartNumber(part),
    overrides: systemNames.flatMap((name) => {
      const value = findParameter(query, `response-${name}`);
      if (value === undefined) return [];
      if (isHeaderValue(value)) return [[name, value] as const];
      throw invalid(`response-${name}`, value, "A header's value must be plain ASCII text");
    }),
    wantsChecksum: headers.get("x-amz-checksum-mode")?.toUpperCase() === "ENABLED",
  };
}

function readPut(request: S3Request, address: Address): Operation {
  const { headers } = request;
  return {
    kind: "PutObject",
    ...address,
    body: parseBody(request),
    conditions: parseConditions(headers, ""),
    metadata: parseMetadata(headers),
    tags: parseTaggingHeader(headers.get("x-amz-tagging")),
  };
}

function readCopy(request: S3Request, address: Address): Operation {
  const { headers } = request;
  const copy = parseCopySource(request);
  const replacesMetadata = parseReplaces(headers, "x-amz-metadata-directive");
  const replacesTags = parseReplaces(headers, "x-amz-tagging-directive");
  const isSame = copy.source.bucket === address.bucket && copy.source.key === address.key;
  if (isSame && !replacesMetadata) {
    throw new S3Error(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  return {
    kind: "CopyObject",
    ...address,
    ...copy,
    conditions: parseConditions(headers, ""),
    metadata: replacesMetadata ? parseMetadata(headers) : undefined,
    tags: replacesTags ? parseTaggingHeader(headers.get("x-amz-tagging")) : undefined,
    checksumAlgorithm: parseAlgorithm(headers, "x-amz-checksum-algorithm"),
  };
}

function readCreateUpload({ headers }: S3Request, address: Address): Operation {
  return {
    kind: "CreateMultipartUpload",
    ...address,
    metadata: parseMetadata(headers),
    tags: parseTaggingHeader(headers.get("x-amz-tagging")),
    ...plannedChecksum(headers),
  };
}

/** CRC64NVME covers the whole object only, the two SHAs parts only; the CRCs either. */
function plannedChecksum(headers: S3Headers): PlannedChecksum {
  const checksumAlgorithm = parseAlgorithm(headers, "x-amz-checksum-algorithm");
  const type = headers.get("x-amz-checksum-type");
  if (checksumAlgorithm === undefined) return { checksumAlgorithm, checksumType: undefined };
  const isWholeOnly = checksumAlgorithm === "CRC64NVME";
  const checksumType = type ?? (isWholeOnly ? "FULL_OBJECT" : "COMPOSITE");
  const isShaOfWhole = checksumAlgorithm.startsWith("SHA") && checksumType === "FULL_OBJECT";
  const isKnown = checksumType === "FULL_OBJECT" || checksumType === "COMPOSITE";
  if (isKnown && !isShaOfWhole && !(isWholeOnly && checksumType === "COMPOSITE")) {
    return { checksumAlgorithm, checksumType };
  }
  throw new S3Error(
    "InvalidRequest",
    `The ${checksumType} checksum type cannot be used with the ${checksumAlgorithm} checksum algorithm.`,
  );
}

function readPart(request: S3Request, address: Address): Operation {
  return {
    kind: "UploadPart",
    ...address,
    uploadId: uploadIdOf(request),
    partNumber: partNumberOf(request),
    body: parseBody(request),
  };
}

function readPartCopy(request: S3Request, address: Address): Operation {
  return {
    kind: "UploadPartCopy",
    ...address,
    ...parseCopySource(request),
    uploadId: uploadIdOf(request),
    partNumber: partNumberOf(request),
    sourceRange: parseCopyRange(request.headers.get("x-amz-copy-source-range")),
  };
}

function readComplete(request: S3Request, address: Address): Operation {
  return {
    kind: "CompleteMultipartUpload",
    ...address,
    uploadId: uploadIdOf(request),
    conditions: parseConditions(request.headers, ""),
    checksum: parseChecksum(request.headers),
  };
}

function readListParts(request: S3Request, address: Address): Operation {
  const marker = findParameter(request.query, "part-number-marker") || "0";
  if (!/^\d{1,9}$/.test(marker)) {
    throw invalid("part-number-marker", marker, "part-number-marker must be a whole number");
  }
  return {
    kind: "ListParts",
    ...address,
    uploadId: uploadIdOf(request),
    maxParts: parseMax(findParameter(request.query, "max-parts"), "max-parts"),
    partNumberMarker: Number(marker),
  };
}

/** What a client may have put into an answer's head: no line end, nothing beyond a byte. */
const isHeaderValue = (value: string): boolean => /^[\t\x20-\x7e]*$/.test(value);
