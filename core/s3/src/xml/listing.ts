import { toIsoDate, tryIsoDate } from "../calendar.ts";
import { quoteEtag, unquoteEtag } from "../object/etag.ts";
import { decodeUri, encodePath } from "../uri.ts";
import {
  childrenOf,
  expectInteger,
  expectRoot,
  expectText,
  malformed,
  tryText,
  type XmlNode,
} from "./node.ts";
import { element, textElement, xmlDocument } from "./write.ts";

export interface ListedObject {
  readonly key: string;
  /** Without quotes. */
  readonly etag: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface ListAnswer {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly maxKeys: number;
  readonly isUrlEncoded: boolean;
  readonly isTruncated: boolean;
  readonly objects: readonly ListedObject[];
  readonly commonPrefixes: readonly string[];
}

export interface ListAnswerV1 extends ListAnswer {
  readonly marker: string | undefined;
  /** Only with a delimiter does S3 say so: otherwise it is the last key. */
  readonly nextMarker: string | undefined;
}

export interface ListAnswerV2 extends ListAnswer {
  readonly startAfter: string | undefined;
  readonly continuationToken: string | undefined;
  readonly nextContinuationToken: string | undefined;
  readonly isOwnerWanted: boolean;
}

export function writeListObjectsV2(answer: ListAnswerV2): string {
  const { objects, commonPrefixes, isOwnerWanted } = answer;
  return xmlDocument(
    "ListBucketResult",
    [
      headOf(answer),
      textElement("StartAfter", encoded(answer, answer.startAfter)),
      textElement("KeyCount", objects.length + commonPrefixes.length),
      textElement("ContinuationToken", answer.continuationToken),
      textElement("NextContinuationToken", answer.nextContinuationToken),
      entriesOf(answer, isOwnerWanted),
    ].join(""),
  );
}

export function writeListObjects(answer: ListAnswerV1): string {
  return xmlDocument(
    "ListBucketResult",
    [
      headOf(answer),
      textElement("Marker", encoded(answer, answer.marker) ?? ""),
      textElement("NextMarker", encoded(answer, answer.nextMarker)),
      entriesOf(answer, true),
    ].join(""),
  );
}

/** What a client needs of either listing's answer. */
export interface ListedPage {
  readonly objects: readonly ListedObject[];
  readonly commonPrefixes: readonly string[];
  /** Where to go on; `undefined` at the end. */
  readonly nextContinuationToken: string | undefined;
}

/** Throws S3Error (MalformedXML), as all that read XML do. */
export function parseListObjectsV2(root: XmlNode): ListedPage {
  expectRoot(root, "ListBucketResult");
  const isEncoded = tryText(root, "EncodingType") === "url";
  const decode = (text: string) => (isEncoded ? decodeUri(text.replaceAll("+", " ")) : text);
  const isTruncated = tryText(root, "IsTruncated") === "true";
  return {
    objects: childrenOf(root, "Contents").map((node) => ({
      key: decode(expectText(node, "Key")),
      etag: unquoteEtag(tryText(node, "ETag") ?? ""),
      bytes: expectInteger(node, "Size"),
      modifiedMs: expectDate(node, "LastModified"),
    })),
    commonPrefixes: childrenOf(root, "CommonPrefixes").map((node) =>
      decode(expectText(node, "Prefix")),
    ),
    nextContinuationToken: isTruncated ? expectText(root, "NextContinuationToken") : undefined,
  };
}

export function expectDate(node: XmlNode, name: string): number {
  const text = expectText(node, name).trim();
  const dateMs = tryIsoDate(text);
  if (dateMs === undefined) throw malformed(`${name} is ${JSON.stringify(text.slice(0, 40))}`);
  return dateMs;
}

/** There is one owner of everything here. */
export const ownerElement: string = element(
  "Owner",
  textElement("ID", "breakwater") + textElement("DisplayName", "breakwater"),
);

export function encoded(
  { isUrlEncoded }: Pick<ListAnswer, "isUrlEncoded">,
  text: string | undefined,
): string | undefined {
  return isUrlEncoded && text !== undefined ? encodePath(text) : text;
}

function headOf(answer: ListAnswer): string {
  return [
    textElement("Name", answer.bucket),
    textElement("Prefix", encoded(answer, answer.prefix)),
    textElement("Delimiter", encoded(answer, answer.delimiter)),
    textElement("MaxKeys", answer.maxKeys),
    textElement("EncodingType", answer.isUrlEncoded ? "url" : undefined),
    textElement("IsTruncated", answer.isTruncated),
  ].join("");
}

function entriesOf(answer: ListAnswer, hasOwner: boolean): string {
  const owner = hasOwner ? ownerElement : "";
  const objects = answer.objects.map(({ key, etag, bytes, modifiedMs }) =>
    element(
      "Contents",
      textElement("Key", encoded(answer, key)) +
        textElement("LastModified", toIsoDate(modifiedMs)) +
        textElement("ETag", quoteEtag(etag)) +
        textElement("Size", bytes) +
        owner +
        textElement("StorageClass", "STANDARD"),
    ),
  );
  const prefixes = answer.commonPrefixes.map((prefix) =>
    element("CommonPrefixes", textElement("Prefix", encoded(answer, prefix))),
  );
  return [...objects, ...prefixes].join("");
}
