import { createCipheriv } from "node:crypto";
import { crc32 } from "node:zlib";

/**
 * A part of the endless data that a seed stands for. No compressor and no deduplication finds
 * anything in it, and any range of it can be made without what comes before.
 */
export interface PayloadRange {
  /** 32 bits. Two seeds have nothing in common. */
  readonly seed: number;
  /** Where it begins; 0 when left out. */
  readonly first?: number;
  readonly bytes: number;
}

export interface PayloadStreamOptions extends PayloadRange {
  /** Called with each piece as it is made, at the moment someone takes it. */
  readonly onPiece?: (piece: Uint8Array) => void;
}

/** The data as it is taken: one piece is in memory at a time. */
export function payloadStream({
  onPiece,
  ...range
}: PayloadStreamOptions): ReadableStream<Uint8Array> {
  const pieces = payloadPieces(range);
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const { done, value } = pieces.next();
        if (done) return controller.close();
        onPiece?.(value);
        controller.enqueue(value);
      },
    },
    // Nothing is made before it is asked for.
    { highWaterMark: 0 },
  );
}

/** All of it at once: for what is small. */
export function payloadBytes(range: PayloadRange): Uint8Array {
  const all = new Uint8Array(range.bytes);
  let at = 0;
  for (const piece of payloadPieces(range)) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** What the CRC-32 of that range is, by making it. */
export function payloadCrc32(range: PayloadRange): number {
  let crc = 0;
  for (const piece of payloadPieces(range)) crc = crc32(piece, crc);
  return crc;
}

/**
 * AES-CTR over zeros, the seed its key. Each piece is memory of its own: whoever gets it may keep
 * it. Hot: every byte that is uploaded, 7 GB/s, twice what a generator in JavaScript makes.
 */
function* payloadPieces({ seed, first = 0, bytes }: PayloadRange): Generator<Uint8Array> {
  const key = new Uint8Array(KEY_BYTES);
  new DataView(key.buffer).setUint32(0, seed);
  const counter = new Uint8Array(AES_BLOCK_BYTES);
  new DataView(counter.buffer).setBigUint64(8, BigInt(Math.floor(first / AES_BLOCK_BYTES)));
  const cipher = createCipheriv("aes-128-ctr", key, counter);
  cipher.update(zeros.subarray(0, first % AES_BLOCK_BYTES));
  for (let left = bytes; left > 0; ) {
    const piece = cipher.update(zeros.subarray(0, left));
    left -= piece.length;
    yield new Uint8Array(piece.buffer, piece.byteOffset, piece.length);
  }
}

const KEY_BYTES = 16;
const AES_BLOCK_BYTES = 16;

/** What goes to the socket at once. */
const PIECE_BYTES = 262_144;

const zeros = new Uint8Array(PIECE_BYTES);
