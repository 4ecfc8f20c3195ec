import { toBase64, tryBase64 } from "../base64.ts";
import type { S3Headers } from "../request.ts";
import { S3Error } from "../s3-error.ts";
import { type CrcName, combineCrcs } from "./crc.ts";

export type ChecksumAlgorithm = CrcName | "SHA1" | "SHA256";

/** "COMPOSITE": of the parts' checksums, "-" and their number. "FULL_OBJECT": of the bytes. */
export type ChecksumType = "COMPOSITE" | "FULL_OBJECT";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** In base64, with "-N" where it is the composite one of N parts. */
  readonly value: string;
}

export const checksumBytes: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

export const checksumAlgorithms: readonly ChecksumAlgorithm[] = Object.keys(
  checksumBytes,
) as ChecksumAlgorithm[];

/** "x-amz-checksum-crc32": also a trailer's name. */
export const checksumHeader = (algorithm: ChecksumAlgorithm): string => headerNames[algorithm];

const headerNames: Readonly<Record<ChecksumAlgorithm, string>> = {
  CRC32: "x-amz-checksum-crc32",
  CRC32C: "x-amz-checksum-crc32c",
  CRC64NVME: "x-amz-checksum-crc64nvme",
  SHA1: "x-amz-checksum-sha1",
  SHA256: "x-amz-checksum-sha256",
};

/** Which algorithm a header or trailer of that name is for. */
export function tryChecksumHeader(name: string): ChecksumAlgorithm | undefined {
  return checksumAlgorithms.find((algorithm) => checksumHeader(algorithm) === name.toLowerCase());
}

/** Throws S3Error for a name that is none. */
export function parseChecksumAlgorithm(text: string): ChecksumAlgorithm {
  const found = checksumAlgorithms.find((algorithm) => algorithm === text.toUpperCase());
  if (found !== undefined) return found;
  throw new S3Error(
    "InvalidRequest",
    `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${checksumAlgorithms.join(", ")}]`,
  );
}

/** The checksum that a request's headers state. Throws S3Error for two, and for a wrong length. */
export function parseChecksum(headers: S3Headers): Checksum | undefined {
  const stated = checksumAlgorithms
    .map((algorithm) => ({ algorithm, value: headers.get(checksumHeader(algorithm)) }))
    .filter((one): one is Checksum => one.value !== null);
  if (stated.length > 1) {
    throw new S3Error(
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  const [checksum] = stated;
  if (checksum !== undefined) checkLength(checksum);
  return checksum;
}

/** Throws S3Error for what cannot be such a checksum. */
export function checkLength({ algorithm, value }: Checksum): void {
  const [digest = "", parts] = value.split("-");
  const bytes = tryBase64(digest);
  const isParts = parts === undefined || /^[1-9]\d{0,4}$/.test(parts);
  if (bytes?.length === checksumBytes[algorithm] && isParts) return;
  throw new S3Error("InvalidRequest", `Value for ${checksumHeader(algorithm)} header is invalid.`);
}

/** Of an upload in parts. `hash` is that of the algorithm. Throws S3Error for a bad part. */
export function compositeChecksum(
  parts: readonly Checksum[],
  hash: (bytes: Uint8Array) => Uint8Array,
): string {
  const digests = parts.map((part) => [...tryBase64(part.value)!]);
  return `${toBase64(hash(Uint8Array.from(digests.flat())))}-${parts.length}`;
}

/** The same as the CRC over all bytes, without reading them again. */
export function fullObjectChecksum(name: CrcName, parts: readonly ChecksumOfPart[]): string {
  const [first, ...rest] = parts.map(({ value, bytes }) => ({ crc: tryBase64(value)!, bytes }));
  return toBase64(rest.reduce((crc, part) => combineCrcs(name, crc, part), first!.crc));
}

export interface ChecksumOfPart {
  /** In base64. */
  readonly value: string;
  readonly bytes: number;
}
