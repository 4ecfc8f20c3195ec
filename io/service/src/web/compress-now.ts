import { brotliCompressSync, constants, deflateSync } from "node:zlib";
import type { Coding } from "@breakwater/http-server";

export interface CodingLevels {
  readonly level: number;
  readonly brotliQuality: number;
  readonly zstdLevel: number;
}

/** The bytes in that coding, at once: for bodies that are short. */
export function compressNow(
  body: string | Uint8Array,
  coding: Coding,
  { level, brotliQuality, zstdLevel }: CodingLevels,
): Uint8Array {
  const bytes = Buffer.from(body as string);
  switch (coding) {
    // Bun's own make no stream first, which is most of the time where a body is short.
    case "gzip":
      return Bun.gzipSync(bytes, { level: level as 6 });
    case "zstd":
      return Bun.zstdCompressSync(bytes, { level: zstdLevel });
    case "deflate":
      return deflateSync(bytes, { level });
    case "br":
      return brotliCompressSync(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      });
  }
}
