import { toBase64, tryBase64 } from "../base64.ts";
import { startCrc } from "../checksum/crc.ts";
import { S3Error } from "../s3-error.ts";

/** Where a listing goes on, for the client to send back as it is. */
export function toContinuationToken(after: string): string {
  const key = utf8.encode(after);
  const bytes = new Uint8Array(4 + key.length);
  bytes.set(crcOf(key));
  bytes.set(key, 4);
  return toBase64(bytes);
}

/** Throws S3Error for one that toContinuationToken did not make. */
export function parseContinuationToken(token: string): string {
  const bytes = tryBase64(token) ?? new Uint8Array();
  const key = bytes.subarray(4);
  const isWhole = bytes.length >= 4 && crcOf(key).every((byte, index) => byte === bytes[index]);
  if (isWhole) return new TextDecoder("utf-8", { ignoreBOM: true }).decode(key);
  throw new S3Error("InvalidArgument", "The continuation token provided is incorrect", {
    ArgumentName: "continuation-token",
  });
}

const utf8 = new TextEncoder();

function crcOf(bytes: Uint8Array): Uint8Array {
  const crc = startCrc("CRC32C");
  crc.update(bytes);
  return crc.digest();
}
