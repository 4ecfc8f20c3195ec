import type { ReadableStreamDefaultReader } from "node:stream/web";
import {
  type ChunkChain,
  chunkEnd,
  encodeBodyEnd,
  encodeChunkHead,
  type Field,
  type RunningHash,
  toBase64,
} from "@breakwater/s3";
import { platformHashes, startChecksum } from "@breakwater/s3-platform";

/** Of every chunk but the last: that much is held while its signature is computed. */
export const CHUNK_BYTES = 262_144;

/** Filled in when the body is over. */
export const crc32Trailer: Field = ["x-amz-checksum-crc32", "AAAAAA=="];

/** Why a body could not be sent; `cause` is what the caller's own stream failed with. */
export class BodyError extends Error {
  override readonly name = "BodyError";
}

/**
 * A body as aws-chunked, with signed chunks or with its CRC32 at the end. The pieces of the source
 * go out as they are, uncopied. It has no end before the source has: what is too long or too short
 * is never taken for an object.
 */
export function chunkedStream(
  source: ReadableStream<Uint8Array>,
  { bytes, chunks, onError }: ChunkedOptions,
): ReadableStream<Uint8Array> {
  const pieces = new SourcePieces(source, bytes);
  const encoder = chunks === undefined ? new CrcChunks(pieces) : new SignedChunks(pieces, chunks);
  const ready: Uint8Array[] = [];
  const fail = (error: unknown): never => {
    if (error instanceof BodyError) onError(error);
    throw error;
  };
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        if (ready.length === 0) ready.push(...(await encoder.next().catch(fail)));
        const part = ready.shift();
        if (part === undefined) controller.close();
        else controller.enqueue(part);
      },
      cancel: (reason) => pieces.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

export interface ChunkedOptions {
  /** What the source gives in all. */
  readonly bytes: number;
  /** `undefined`: unsigned, with a trailer. */
  readonly chunks: ChunkChain | undefined;
  readonly onError: (error: BodyError) => void;
}

/** The source, cut so that no piece crosses the end of a chunk. */
class SourcePieces {
  readonly bytes: number;
  readonly #source: ReadableStream<Uint8Array>;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #rest: Uint8Array | undefined;
  #readBytes = 0;

  constructor(source: ReadableStream<Uint8Array>, bytes: number) {
    this.#source = source;
    this.bytes = bytes;
  }

  /** The next piece, of at most so many bytes, never empty. */
  async next(maxBytes: number): Promise<Uint8Array> {
    const piece = this.#rest ?? (await this.#read());
    if (piece === undefined) {
      throw new BodyError(`it has ${this.#readBytes} bytes, where ${this.bytes} were announced`);
    }
    this.#rest = piece.length > maxBytes ? piece.subarray(maxBytes) : undefined;
    return piece.length > maxBytes ? piece.subarray(0, maxBytes) : piece;
  }

  async expectEnd(): Promise<void> {
    if (this.#rest === undefined && (await this.#read()) === undefined) return;
    throw new BodyError(`it has more bytes than the ${this.bytes} that were announced`);
  }

  async cancel(reason: unknown): Promise<void> {
    await (this.#reader ?? this.#source).cancel(reason);
  }

  async #read(): Promise<Uint8Array | undefined> {
    this.#reader ??= this.#source.getReader();
    for (;;) {
      const { done, value } = await this.#readOnce(this.#reader);
      if (done) return undefined;
      if (!(value instanceof Uint8Array)) throw new BodyError("it must give Uint8Array");
      this.#readBytes += value.length;
      if (value.length > 0) return value;
    }
  }

  async #readOnce(
    reader: ReadableStreamDefaultReader<Uint8Array>,
  ): Promise<{ readonly done: boolean; readonly value?: unknown }> {
    try {
      return await reader.read();
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause);
      throw new BodyError(`it could not be read: ${what}`, { cause });
    }
  }
}

/** What goes out next; nothing at the end. */
interface ChunkEncoder {
  next(): Promise<readonly Uint8Array[]>;
}

/** A chunk's head says its size, which is known beforehand: nothing is held. */
class CrcChunks implements ChunkEncoder {
  readonly #pieces: SourcePieces;
  readonly #crc: RunningHash = startChecksum("CRC32");
  #leftBytes: number;
  #leftInChunk = 0;
  #isOver: boolean = false;

  constructor(pieces: SourcePieces) {
    this.#pieces = pieces;
    this.#leftBytes = pieces.bytes;
  }

  async next(): Promise<readonly Uint8Array[]> {
    if (this.#isOver) return [];
    if (this.#leftBytes === 0) return this.#end();
    const parts: Uint8Array[] = [];
    if (this.#leftInChunk === 0) {
      this.#leftInChunk = Math.min(CHUNK_BYTES, this.#leftBytes);
      parts.push(encodeChunkHead({ bytes: this.#leftInChunk, sha256: "", chunks: undefined }));
    }
    const piece = await this.#pieces.next(this.#leftInChunk);
    this.#crc.update(piece);
    this.#leftBytes -= piece.length;
    this.#leftInChunk -= piece.length;
    parts.push(piece);
    if (this.#leftInChunk === 0) parts.push(chunkEnd);
    return parts;
  }

  async #end(): Promise<readonly Uint8Array[]> {
    await this.#pieces.expectEnd();
    this.#isOver = true;
    const trailer: Field = [crc32Trailer[0], toBase64(this.#crc.digest())];
    return [encodeBodyEnd({ trailers: [trailer], chunks: undefined })];
  }
}

/** A chunk's head has the signature of its data, so that is gathered first. */
class SignedChunks implements ChunkEncoder {
  readonly #pieces: SourcePieces;
  readonly #chunks: ChunkChain;
  #leftBytes: number;
  #isOver: boolean = false;

  constructor(pieces: SourcePieces, chunks: ChunkChain) {
    this.#pieces = pieces;
    this.#chunks = chunks;
    this.#leftBytes = pieces.bytes;
  }

  async next(): Promise<readonly Uint8Array[]> {
    if (this.#isOver) return [];
    if (this.#leftBytes === 0) return this.#end();
    const bytes = Math.min(CHUNK_BYTES, this.#leftBytes);
    const hash = platformHashes.startSha256();
    const parts: Uint8Array[] = [];
    for (let left = bytes; left > 0; ) {
      const piece = await this.#pieces.next(left);
      hash.update(piece);
      left -= piece.length;
      parts.push(piece);
    }
    this.#leftBytes -= bytes;
    const sha256 = Buffer.from(hash.digest()).toString("hex");
    return [encodeChunkHead({ bytes, sha256, chunks: this.#chunks }), ...parts, chunkEnd];
  }

  async #end(): Promise<readonly Uint8Array[]> {
    await this.#pieces.expectEnd();
    this.#isOver = true;
    return [encodeBodyEnd({ trailers: [], chunks: this.#chunks })];
  }
}
