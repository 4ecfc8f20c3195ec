import { promisify } from "node:util";
import { brotliCompress, constants, deflate, gzip, zstdCompress } from "node:zlib";
import type { Coding } from "@breakwater/http-server";

export interface Compressor {
  /** The text's first `size` bytes in that coding; "busy" when too many others are waited for. */
  compress(coding: Coding, size: number): Promise<Uint8Array> | "busy";
}

export interface CompressorLimits {
  /** What is kept of what was asked for last, in compressed bytes. */
  readonly maxKeptBytes: number;
  /** Different ones under way and waiting. */
  readonly maxWaiting: number;
}

/**
 * Compresses each text once and keeps it. One at a time, off this thread: so there is never more
 * than one text whole in memory, and gzip takes two to three seconds for 64 MiB.
 */
export function compressor(
  text: (size: number) => Uint8Array,
  { maxKeptBytes, maxWaiting }: CompressorLimits,
): Compressor {
  /** In the order in which they were last asked for. */
  const kept = new Map<string, Uint8Array>();
  let keptBytes = 0;
  const waiting = new Map<string, Promise<Uint8Array>>();
  let last: Promise<unknown> = Promise.resolve();

  const keep = (key: string, bytes: Uint8Array): void => {
    kept.set(key, bytes);
    keptBytes += bytes.length;
    for (const [oldest, { length }] of kept) {
      if (keptBytes <= maxKeptBytes) return;
      kept.delete(oldest);
      keptBytes -= length;
    }
  };
  const begin = async (key: string, coding: Coding, size: number): Promise<Uint8Array> => {
    try {
      const bytes = await codecs[coding](text(size));
      keep(key, bytes);
      return bytes;
    } finally {
      waiting.delete(key);
    }
  };
  return {
    compress: (coding, size) => {
      const key = `${coding} ${size}`;
      const same = kept.get(key);
      if (same !== undefined) {
        kept.delete(key);
        kept.set(key, same);
        return Promise.resolve(same);
      }
      const underWay = waiting.get(key);
      if (underWay !== undefined) return underWay;
      if (waiting.size >= maxWaiting) return "busy";
      const made = last.then(() => begin(key, coding, size));
      last = made.catch(() => {});
      waiting.set(key, made);
      return made;
    },
  };
}

/** The default of 11 is for what is compressed once and for all; 4 is as fast as gzip. */
const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const codecs: Readonly<Record<Coding, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  zstd: promisify<Uint8Array, Uint8Array>(zstdCompress),
  br: (bytes) =>
    new Promise((resolve, reject) =>
      brotliCompress(bytes, brotli, (error, made) => (error ? reject(error) : resolve(made))),
    ),
  gzip: promisify<Uint8Array, Uint8Array>(gzip),
  deflate: promisify<Uint8Array, Uint8Array>(deflate),
};
