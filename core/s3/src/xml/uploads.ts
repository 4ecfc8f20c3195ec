import { toIsoDate } from "../calendar.ts";
import type { Checksum, ChecksumAlgorithm, ChecksumType } from "../checksum/checksum.ts";
import { quoteEtag, unquoteEtag } from "../object/etag.ts";
import { decodeUri } from "../uri.ts";
import { encoded, expectDate, ownerElement } from "./listing.ts";
import { checksumElement, tryChecksumElement, type UploadStarted } from "./multipart.ts";
import {
  childrenOf,
  expectInteger,
  expectRoot,
  expectText,
  tryText,
  type XmlNode,
} from "./node.ts";
import { element, textElement, xmlDocument } from "./write.ts";

export interface ListedPart {
  readonly partNumber: number;
  /** Without quotes. */
  readonly etag: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface PartsAnswer extends UploadStarted {
  readonly partNumberMarker: number;
  /** `undefined` at the end. */
  readonly nextPartNumberMarker: number | undefined;
  readonly maxParts: number;
  readonly parts: readonly (ListedPart & { readonly checksum: Checksum | undefined })[];
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: ChecksumType | undefined;
}

export function writeListParts(answer: PartsAnswer): string {
  const parts = answer.parts.map(({ partNumber, etag, bytes, modifiedMs, checksum }) =>
    element(
      "Part",
      textElement("PartNumber", partNumber) +
        textElement("LastModified", toIsoDate(modifiedMs)) +
        textElement("ETag", quoteEtag(etag)) +
        textElement("Size", bytes) +
        checksumElement(checksum),
    ),
  );
  return xmlDocument(
    "ListPartsResult",
    [
      textElement("Bucket", answer.bucket),
      textElement("Key", answer.key),
      textElement("UploadId", answer.uploadId),
      ownerElement,
      textElement("StorageClass", "STANDARD"),
      textElement("PartNumberMarker", answer.partNumberMarker),
      textElement("NextPartNumberMarker", answer.nextPartNumberMarker),
      textElement("MaxParts", answer.maxParts),
      textElement("IsTruncated", answer.nextPartNumberMarker !== undefined),
      textElement("ChecksumAlgorithm", answer.checksumAlgorithm),
      textElement("ChecksumType", answer.checksumType),
      ...parts,
    ].join(""),
  );
}

export interface PartsPage {
  readonly parts: readonly (ListedPart & { readonly checksum: Checksum | undefined })[];
  readonly nextPartNumberMarker: number | undefined;
}

/** Throws S3Error, as does the other. */
export function parseListParts(root: XmlNode): PartsPage {
  expectRoot(root, "ListPartsResult");
  const isTruncated = tryText(root, "IsTruncated") === "true";
  return {
    parts: childrenOf(root, "Part").map((node) => ({
      partNumber: expectInteger(node, "PartNumber"),
      etag: unquoteEtag(expectText(node, "ETag")),
      bytes: expectInteger(node, "Size"),
      modifiedMs: expectDate(node, "LastModified"),
      checksum: tryChecksumElement(node),
    })),
    nextPartNumberMarker: isTruncated ? expectInteger(root, "NextPartNumberMarker") : undefined,
  };
}

export interface ListedUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly startedMs: number;
}

export interface UploadsAnswer {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly maxKeys: number;
  readonly isUrlEncoded: boolean;
  readonly keyMarker: string | undefined;
  readonly uploadIdMarker: string | undefined;
  /** Where the next page goes on; `undefined` at the end. */
  readonly next: { readonly key: string; readonly uploadId: string } | undefined;
  readonly uploads: readonly ListedUpload[];
  readonly commonPrefixes: readonly string[];
}

export function writeListMultipartUploads(answer: UploadsAnswer): string {
  const uploads = answer.uploads.map(({ key, uploadId, startedMs }) =>
    element(
      "Upload",
      textElement("Key", encoded(answer, key)) +
        textElement("UploadId", uploadId) +
        ownerElement +
        textElement("StorageClass", "STANDARD") +
        textElement("Initiated", toIsoDate(startedMs)),
    ),
  );
  const prefixes = answer.commonPrefixes.map((prefix) =>
    element("CommonPrefixes", textElement("Prefix", encoded(answer, prefix))),
  );
  return xmlDocument(
    "ListMultipartUploadsResult",
    [
      textElement("Bucket", answer.bucket),
      textElement("KeyMarker", encoded(answer, answer.keyMarker) ?? ""),
      textElement("UploadIdMarker", answer.uploadIdMarker ?? ""),
      textElement("NextKeyMarker", encoded(answer, answer.next?.key)),
      textElement("NextUploadIdMarker", answer.next?.uploadId),
      textElement("Prefix", encoded(answer, answer.prefix)),
      textElement("Delimiter", encoded(answer, answer.delimiter)),
      textElement("EncodingType", answer.isUrlEncoded ? "url" : undefined),
      textElement("MaxUploads", answer.maxKeys),
      textElement("IsTruncated", answer.next !== undefined),
      ...uploads,
      ...prefixes,
    ].join(""),
  );
}

export interface UploadsPage {
  readonly uploads: readonly ListedUpload[];
  readonly next: { readonly key: string; readonly uploadId: string } | undefined;
}

export function parseListMultipartUploads(root: XmlNode): UploadsPage {
  expectRoot(root, "ListMultipartUploadsResult");
  const isEncoded = tryText(root, "EncodingType") === "url";
  const decode = (text: string) => (isEncoded ? decodeUri(text.replaceAll("+", " ")) : text);
  const isTruncated = tryText(root, "IsTruncated") === "true";
  return {
    uploads: childrenOf(root, "Upload").map((node) => ({
      key: decode(expectText(node, "Key")),
      uploadId: expectText(node, "UploadId"),
      startedMs: expectDate(node, "Initiated"),
    })),
    next: isTruncated
      ? {
          key: decode(expectText(root, "NextKeyMarker")),
          uploadId: expectText(root, "NextUploadIdMarker"),
        }
      : undefined,
  };
}
