import { expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import type { Coding } from "@breakwater/http-server";
import { type Compressor, compressor } from "./compressor.ts";

const text = (size: number): Uint8Array => new Uint8Array(size).fill(0x61);
const limits = { maxKeptBytes: 1000, maxWaiting: 2 };

test.each([
  ["zstd", zstdDecompressSync],
  ["br", brotliDecompressSync],
  ["gzip", gunzipSync],
  ["deflate", inflateSync],
] as const)("%s gives the text back", async (coding, decompress) => {
  const { compress } = compressor(text, limits);
  for (const size of [0, 1, 100_000]) {
    const bytes = await compress(coding, size);
    expect(decompress(bytes as Uint8Array).equals(text(size))).toBe(true);
  }
});

test("each is made once, also for those who ask meanwhile", async () => {
  const { log, compress } = logging();
  await Promise.all([compress("gzip", 10), compress("gzip", 10), compress("gzip", 11)]);
  await compress("gzip", 10);
  expect(log).toEqual([10, 11]);
});

test("what was asked for longest ago is dropped when there is no more room", async () => {
  const { log, compress } = logging({ maxKeptBytes: 60, maxWaiting: 2 });
  for (const size of [10, 11, 10, 12, 10, 11]) await compress("gzip", size);
  expect(log).toEqual([10, 11, 12, 11]);
});

test("what does not fit at all is given, but not kept", async () => {
  const { log, compress } = logging({ maxKeptBytes: 5, maxWaiting: 2 });
  for (const size of [10, 10]) await compress("gzip", size);
  expect(log).toEqual([10, 10]);
});

test("who asks for one too many is told so, until one is done", async () => {
  const { compress } = logging();
  const first = compress("gzip", 1);
  const second = compress("br", 1);
  expect(compress("zstd", 1)).toBe("busy");
  expect(compress("br", 1)).toBe(second);
  await first;
  expect(compress("zstd", 1)).not.toBe("busy");
});

test("a failure is that text's alone", async () => {
  const { compress } = compressor((size) => {
    if (size === 1) throw new Error("no memory");
    return text(size);
  }, limits);
  const failing = (compress("gzip", 1) as Promise<Uint8Array>).catch((error: unknown) => error);
  const other = compress("gzip", 2);
  expect(await failing).toMatchObject({ message: "no memory" });
  expect(gunzipSync((await other) as Uint8Array).length).toBe(2);
});

interface Logging {
  /** The sizes that were made, in order. */
  readonly log: readonly number[];
  readonly compress: (coding: Coding, size: number) => ReturnType<Compressor["compress"]>;
}

function logging(given = limits): Logging {
  const log: number[] = [];
  const { compress } = compressor((size) => {
    log.push(size);
    return text(size);
  }, given);
  return { log, compress };
}
