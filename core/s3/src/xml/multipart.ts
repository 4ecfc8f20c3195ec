import { toIsoDate } from "../calendar.ts";
import {
  type Checksum,
  type ChecksumAlgorithm,
  type ChecksumType,
  checkLength,
  checksumAlgorithms,
} from "../checksum/checksum.ts";
import { MAX_PART_NUMBER, type PartNamed, parsePartNumber } from "../multipart/completion.ts";
import { quoteEtag, unquoteEtag } from "../object/etag.ts";
import type { InObject } from "../operation/operation.ts";
import { childrenOf, expectRoot, expectText, malformed, tryText, type XmlNode } from "./node.ts";
import { element, textElement, xmlDocument } from "./write.ts";

/** Throws S3Error, as all do that read here. */
export function parseCompleteMultipartUpload(root: XmlNode): readonly PartNamed[] {
  const parts = childrenOf(expectRoot(root, "CompleteMultipartUpload"), "Part");
  if (parts.length === 0 || parts.length > MAX_PART_NUMBER) {
    throw malformed(`it names ${parts.length} parts, where 1 to ${MAX_PART_NUMBER} are allowed`);
  }
  return parts.map((node) => {
    const checksum = tryChecksumElement(node);
    if (checksum !== undefined) checkLength(checksum);
    return {
      partNumber: parsePartNumber(expectText(node, "PartNumber").trim()),
      etag: unquoteEtag(expectText(node, "ETag")),
      checksum,
    };
  });
}

export function writeCompleteMultipartUpload(parts: readonly PartNamed[]): string {
  const content = parts.map(({ partNumber, etag, checksum }) =>
    element(
      "Part",
      textElement("ETag", quoteEtag(etag)) +
        checksumElement(checksum) +
        textElement("PartNumber", partNumber),
    ),
  );
  return xmlDocument("CompleteMultipartUpload", content.join(""));
}

export interface UploadStarted extends InObject {
  readonly uploadId: string;
}

export function writeInitiateMultipartUpload({ bucket, key, uploadId }: UploadStarted): string {
  return xmlDocument(
    "InitiateMultipartUploadResult",
    textElement("Bucket", bucket) + textElement("Key", key) + textElement("UploadId", uploadId),
  );
}

export function parseInitiateMultipartUpload(root: XmlNode): UploadStarted {
  expectRoot(root, "InitiateMultipartUploadResult");
  return {
    bucket: tryText(root, "Bucket") ?? "",
    key: tryText(root, "Key") ?? "",
    uploadId: expectText(root, "UploadId"),
  };
}

export interface UploadCompleted extends InObject {
  readonly location: string;
  readonly etag: string;
  readonly checksum: Checksum | undefined;
  readonly checksumType: ChecksumType | undefined;
}

export function writeCompleteMultipartUploadResult(answer: UploadCompleted): string {
  return xmlDocument(
    "CompleteMultipartUploadResult",
    [
      textElement("Location", answer.location),
      textElement("Bucket", answer.bucket),
      textElement("Key", answer.key),
      textElement("ETag", quoteEtag(answer.etag)),
      checksumElement(answer.checksum),
      textElement("ChecksumType", answer.checksumType),
    ].join(""),
  );
}

/** The ETag of the whole. An error may come with status 200: ask tryError first. */
export function parseCompleteMultipartUploadResult(root: XmlNode): string {
  return unquoteEtag(expectText(expectRoot(root, "CompleteMultipartUploadResult"), "ETag"));
}

export interface Copied {
  readonly etag: string;
  readonly modifiedMs: number;
  readonly checksum: Checksum | undefined;
}

/** Of CopyObject and of UploadPartCopy. */
export function writeCopyResult(kind: "Object" | "Part", copied: Copied): string {
  return xmlDocument(
    `Copy${kind}Result`,
    textElement("LastModified", toIsoDate(copied.modifiedMs)) +
      textElement("ETag", quoteEtag(copied.etag)) +
      checksumElement(copied.checksum),
  );
}

/** The ETag of the copy. An error may come with status 200: ask tryError first. */
export function parseCopyResult(root: XmlNode): string {
  if (!/^Copy(?:Object|Part)Result$/.test(root.name)) throw malformed(`the root is ${root.name}`);
  return unquoteEtag(expectText(root, "ETag"));
}

/** ChecksumCRC32 and so on, wherever S3 tells one. */
export function checksumElement(checksum: Checksum | undefined): string {
  return checksum === undefined ? "" : textElement(elementName(checksum.algorithm), checksum.value);
}

export function tryChecksumElement(node: XmlNode): Checksum | undefined {
  for (const algorithm of checksumAlgorithms) {
    const value = tryText(node, elementName(algorithm));
    if (value !== undefined) return { algorithm, value: value.trim() };
  }
  return undefined;
}

const elementName = (algorithm: ChecksumAlgorithm): string => `Checksum${algorithm}`;
