import {
  brotliDecompressSync,
  gunzipSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from "node:zlib";

/** More than this many bytes out of one compressed body is taken for a decompression bomb. */
const MAX_DECODED_BYTES = 256 * 1024 * 1024;

type Decoder = (bytes: Uint8Array, maxOutputLength: number) => Uint8Array;

const gunzip: Decoder = (bytes, maxOutputLength) => gunzipSync(bytes, { maxOutputLength });

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["gzip", gunzip],
  ["x-gzip", gunzip],
  ["deflate", (bytes, maxOutputLength) => inflateSync(bytes, { maxOutputLength })],
  ["br", (bytes, maxOutputLength) => brotliDecompressSync(bytes, { maxOutputLength })],
  ["zstd", unzstd],
]);

/**
 * A body as it was before its Content-Encoding (RFC 9110 8.4): the codings undone from last to
 * first. A coding that is not known leaves the bytes as they came, as k6 does.
 *
 * @throws what the decoder throws when the bytes are not in that coding, or are too many
 */
export function decodeBody(
  bytes: Uint8Array,
  contentEncoding: string,
  maxBytes: number = MAX_DECODED_BYTES,
): Uint8Array {
  const codings = contentEncoding.split(",").map((coding) => coding.trim().toLowerCase());
  return codings.reduceRight(
    (body, coding) => decoders.get(coding)?.(body, maxBytes) ?? body,
    bytes,
  );
}

/** A whole frame of one byte. */
const endMark = zstdCompressSync("\n");

/**
 * Bun takes the end of a zstd stream for its end wherever it is: what was cut off would come out
 * shorter, or empty, without an error. A frame put behind it tells: it comes out only when all
 * before it was whole.
 */
function unzstd(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const marked = zstdDecompressSync(Buffer.concat([bytes, endMark]), {
    maxOutputLength: maxBytes + 1,
  });
  if (marked.at(-1) !== 0x0a) throw new Error("unexpected end of data");
  return marked.subarray(0, -1);
}
