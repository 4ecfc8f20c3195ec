import { gunzipSync, inflateSync } from "node:zlib";
import { GrpcError } from "./status.ts";

/** What messages of requests may be compressed by. Answers are not compressed. */
export const messageEncodings = ["identity", "gzip", "deflate"] as const;

export type MessageEncoding = (typeof messageEncodings)[number];

export interface DecompressOptions {
  readonly encoding: MessageEncoding;
  /** Beyond, RESOURCE_EXHAUSTED: a few kilobytes may unfold to gigabytes. */
  readonly maxBytes: number;
}

/** @throws GrpcError as the statuses are listed in gRPC's doc/statuscodes.md */
export function decompress(
  message: Uint8Array,
  { encoding, maxBytes }: DecompressOptions,
): Uint8Array {
  if (encoding === "identity") {
    const why = "its head has no grpc-encoding";
    throw new GrpcError("INTERNAL", `Cannot read a message marked as compressed: ${why}`);
  }
  const expand = encoding === "gzip" ? gunzipSync : inflateSync;
  try {
    // Zlib's format is what HTTP, and so gRPC, means by deflate (RFC 9110 8.4.1.2).
    return expand(message, { maxOutputLength: maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw tooLarge(`more than ${maxBytes} bytes when decompressed`, maxBytes);
    }
    throw new GrpcError("INTERNAL", `Cannot decompress a message: it is not ${encoding}`, cause);
  }
}

export function tooLarge(size: string, maxBytes: number): GrpcError {
  const message = `Cannot read a message of ${size}: up to ${maxBytes} are taken`;
  return new GrpcError("RESOURCE_EXHAUSTED", message);
}
