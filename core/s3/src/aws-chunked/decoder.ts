import type { RunningHash } from "../hashes.ts";
import { toHex } from "../hex.ts";
import { S3Error } from "../s3-error.ts";
import type { ChunkChain } from "../sigv4/chunk-chain.ts";

/**
 * Takes the data out of an aws-chunked body, cut anywhere, and checks its length and signatures:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 *
 * Data is given on before its chunk's signature could be verified: nothing may become visible
 * before `end` has returned. Everything throws S3Error.
 */
export class AwsChunkedDecoder {
  readonly #options: AwsChunkedOptions;
  readonly #onData: (bytes: Uint8Array) => void;
  readonly #trailers = new Map<string, string>();
  #part: "size" | "data" | "after data" | "trailers" = "size";
  #line = "";
  #trailerBytes = 0;
  /** Of the chunk. */
  #remaining = 0;
  #signature = "";
  #hash: RunningHash | undefined;
  #decodedBytes = 0;

  constructor(options: AwsChunkedOptions, onData: (bytes: Uint8Array) => void) {
    this.#options = options;
    this.#onData = onData;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      at = this.#part === "data" ? this.#takeData(bytes, at) : this.#takeLine(bytes, at);
    }
  }

  /** The trailers by name in lower case: all that were announced. Call when no more will come. */
  end(): ReadonlyMap<string, string> {
    const { decodedBytes, trailers, chunks } = this.#options;
    if (this.#part !== "trailers" || this.#decodedBytes !== decodedBytes) {
      throw new S3Error("IncompleteBody");
    }
    if (this.#line !== "") this.#takeTrailer(this.#line);
    const signature = this.#trailers.get(trailerSignature);
    this.#trailers.delete(trailerSignature);
    const names = [...this.#trailers.keys()];
    if (trailers.length !== names.length || !trailers.every((name) => names.includes(name))) {
      throw malformedTrailer(`expected ${trailers.join(", ") || "none"}, got ${names.join(", ")}`);
    }
    if (chunks !== undefined && trailers.length > 0) {
      const lines = [...this.#trailers].map(([name, value]) => `${name}:${value}\n`).join("");
      if (!chunks.isTrailers(lines, signature ?? "")) throw new S3Error("SignatureDoesNotMatch");
    }
    return this.#trailers;
  }

  #takeData(bytes: Uint8Array, from: number): number {
    const to = Math.min(bytes.length, from + this.#remaining);
    const data = bytes.subarray(from, to);
    this.#remaining -= data.length;
    this.#hash?.update(data);
    if (this.#remaining === 0) {
      this.#part = "after data";
      this.#checkChunk();
    }
    this.#onData(data);
    return to;
  }

  #takeLine(bytes: Uint8Array, from: number): number {
    const newLine = bytes.indexOf(10, from);
    const to = newLine < 0 ? bytes.length : newLine;
    if (this.#line.length + to - from > this.#options.maxLineBytes) {
      const { maxLineBytes } = this.#options;
      throw new S3Error(
        "InvalidRequest",
        `Cannot read a line of a chunk beyond ${maxLineBytes} bytes`,
      );
    }
    for (let at = from; at < to; at += 1) this.#line += String.fromCharCode(bytes[at]!);
    if (newLine < 0) return to;
    const line = this.#line.endsWith("\r") ? this.#line.slice(0, -1) : this.#line;
    this.#line = "";
    if (this.#part === "size") this.#takeSize(line);
    else if (this.#part === "trailers") this.#takeTrailer(line);
    else if (line === "") this.#part = "size";
    else throw badChunk("its data is longer than its size");
    return newLine + 1;
  }

  #takeSize(line: string): void {
    const parts = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
    if (parts === null) throw badChunk(`its size line is ${JSON.stringify(line.slice(0, 40))}`);
    const { chunks, decodedBytes, startHash } = this.#options;
    const [, size, signature] = parts;
    if (chunks !== undefined && signature === undefined) throw badChunk("it has no signature");
    this.#remaining = Number.parseInt(size!, 16);
    this.#decodedBytes += this.#remaining;
    if (this.#decodedBytes > decodedBytes) {
      throw badChunk(`the data exceeds the ${decodedBytes} bytes of x-amz-decoded-content-length`);
    }
    this.#signature = signature ?? "";
    this.#hash = chunks === undefined ? undefined : startHash();
    this.#part = this.#remaining === 0 ? "trailers" : "data";
    if (this.#remaining === 0) this.#checkChunk();
  }

  #checkChunk(): void {
    if (this.#hash === undefined) return;
    const { chunks } = this.#options;
    const isRight = chunks?.isChunk(toHex(this.#hash.digest()), this.#signature);
    if (isRight === false) throw new S3Error("SignatureDoesNotMatch");
  }

  /** Blank lines count for nothing: AWS's own examples end trailers with LF CR LF. */
  #takeTrailer(text: string): void {
    this.#trailerBytes += text.length + 1;
    if (this.#trailerBytes > this.#options.maxTrailerBytes) {
      throw malformedTrailer(`they exceed ${this.#options.maxTrailerBytes} bytes`);
    }
    const line = text.trim();
    if (line === "") return;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (name === "" || this.#trailers.has(name)) {
      throw malformedTrailer(`"${line.slice(0, 40)}" is none, or there twice`);
    }
    this.#trailers.set(name, line.slice(colon + 1).trim());
  }
}

export interface AwsChunkedOptions {
  /** What x-amz-decoded-content-length announced. */
  readonly decodedBytes: number;
  /** What x-amz-trailer announced, in lower case. */
  readonly trailers: readonly string[];
  /** Where chunks are signed. */
  readonly chunks: ChunkChain | undefined;
  readonly startHash: () => RunningHash;
  readonly maxLineBytes: number;
  /** Of all trailers together. */
  readonly maxTrailerBytes: number;
}

const trailerSignature = "x-amz-trailer-signature";

const badChunk = (what: string): S3Error =>
  new S3Error("IncompleteBody", `Cannot read a chunk of the body: ${what}`);

const malformedTrailer = (what: string): S3Error =>
  new S3Error("MalformedTrailerError", `Cannot read the trailers: ${what}`);
