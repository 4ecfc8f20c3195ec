import { type Checksum, checksumHeader } from "../checksum/checksum.ts";
import { multipartEtag } from "../object/etag.ts";
import { S3Error } from "../s3-error.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PART_NUMBER: number = 10_000;
/** Of every part but the last. */
export const MIN_PART_BYTES: number = 5 * 2 ** 20;
export const MAX_PART_BYTES: number = 5 * 2 ** 30;
/** Of one PUT. */
export const MAX_PUT_BYTES: number = 5 * 2 ** 30;
export const MAX_OBJECT_BYTES: number = 5 * 2 ** 40;

/** What the request to complete names. */
export interface PartNamed {
  readonly partNumber: number;
  /** Without quotes. */
  readonly etag: string;
  readonly checksum: Checksum | undefined;
}

/** What was uploaded last under that number. */
export interface PartStored {
  readonly partNumber: number;
  readonly etag: string;
  readonly bytes: number;
  readonly checksum: Checksum | undefined;
}

/** The object that those parts make. Throws S3Error for what does not fit together. */
export function planCompletion(
  named: readonly PartNamed[],
  { findPart, md5, minPartBytes }: CompletionOptions,
): Completion {
  if (named.length === 0) throw new S3Error("MalformedXML");
  if (named.some((part, index) => index > 0 && named[index - 1]!.partNumber >= part.partNumber)) {
    throw new S3Error("InvalidPartOrder");
  }
  const parts = named.map((part, index) => {
    const stored = findPart(part.partNumber);
    if (stored === undefined || !isSame(part, stored)) {
      throw new S3Error("InvalidPart", undefined, { PartNumber: String(part.partNumber) });
    }
    if (stored.bytes < minPartBytes && index < named.length - 1) {
      throw new S3Error("EntityTooSmall", undefined, {
        PartNumber: String(part.partNumber),
        ProposedSize: String(stored.bytes),
        MinSizeAllowed: String(minPartBytes),
      });
    }
    return stored;
  });
  const bytes = parts.reduce((all, part) => all + part.bytes, 0);
  if (bytes > MAX_OBJECT_BYTES) throw new S3Error("EntityTooLarge");
  return {
    parts,
    bytes,
    etag: multipartEtag(
      parts.map(({ etag }) => etag),
      md5,
    ),
  };
}

export interface CompletionOptions {
  findPart(partNumber: number): PartStored | undefined;
  readonly md5: (bytes: Uint8Array) => Uint8Array;
  /** MIN_PART_BYTES, but for tests of a store. */
  readonly minPartBytes: number;
}

export interface Completion {
  readonly parts: readonly PartStored[];
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
}

/** Reads the partNumber parameter. Throws S3Error. */
export function parsePartNumber(text: string): number {
  const partNumber = Number(text);
  if (/^\d{1,5}$/.test(text) && partNumber >= 1 && partNumber <= MAX_PART_NUMBER) return partNumber;
  throw new S3Error(
    "InvalidArgument",
    `Part number must be an integer between 1 and ${MAX_PART_NUMBER}, inclusive`,
    { ArgumentName: "partNumber", ArgumentValue: text },
  );
}

/** A checksum that is named must be that which was stored. None need be named. */
function isSame(named: PartNamed, stored: PartStored): boolean {
  if (named.etag !== stored.etag) return false;
  const [wanted, has] = [named.checksum, stored.checksum].map((checksum) =>
    checksum === undefined ? undefined : `${checksumHeader(checksum.algorithm)}:${checksum.value}`,
  );
  return wanted === undefined || wanted === has;
}
