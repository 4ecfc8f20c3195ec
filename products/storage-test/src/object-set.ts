import { crc32 } from "node:zlib";
import type { StreamBody } from "@breakwater/object-store";
import { type PayloadRange, payloadBytes, payloadStream } from "./payload.ts";

/** A number of objects that a run writes: their keys, data and checksums. */
export class ObjectSet {
  readonly count: number;
  readonly bytes: number;
  readonly #prefix: string;
  readonly #runSeed: number;
  /** By object, when it was written. 4 bytes each. */
  readonly #crcs: Uint32Array;
  #begun = 0;

  constructor({ root, label, count, bytes, runSeed }: ObjectSetOptions) {
    this.count = count;
    this.bytes = bytes;
    this.#prefix = `${root}${label}/`;
    this.#runSeed = runSeed;
    this.#crcs = new Uint32Array(count);
  }

  key(index: number): string {
    return `${this.#prefix}${index}`;
  }

  /** Other data for each run and object. */
  seed(index: number): number {
    return (crc32(this.key(index)) ^ this.#runSeed) >>> 0;
  }

  crc(index: number): number {
    return this.#crcs[index]!;
  }

  /** What is to be put; `onBytes` is told of each piece that goes, and of a negative sum of those
   * that have to go again. */
  body(index: number, onBytes: (bytes: number) => void): Uint8Array | StreamBody {
    this.begin(index);
    const range = { seed: this.seed(index), bytes: this.bytes };
    const keep = (crc: number): void => {
      this.#crcs[index] = crc;
    };
    if (this.bytes > SMALL_BYTES) return rangeBody(range, { onBytes, keep });
    const small = payloadBytes(range);
    keep(crc32(small));
    return small;
  }

  /** Something may be there from now on. */
  begin(index: number): void {
    this.#begun = Math.max(this.#begun, index + 1);
  }

  /** Of all that may be there. */
  *keys(): Generator<string> {
    for (let index = 0; index < this.#begun; index += 1) yield this.key(index);
  }

  /** All of it was deleted. */
  forget(): void {
    this.#begun = 0;
  }
}

export interface ObjectSetOptions {
  /** Ends with "/". */
  readonly root: string;
  readonly label: string;
  readonly count: number;
  readonly bytes: number;
  readonly runSeed: number;
}

/** Up to here an object is made at once: cheaper than a stream for it. */
export const SMALL_BYTES = 65_536;

export interface RangeBodyOptions {
  readonly onBytes: (bytes: number) => void;
  /** Given the CRC-32 of what has gone so far. */
  readonly keep?: (crc: number) => void;
}

/** A range as the body of a request, made again when it has to be sent again. */
export function rangeBody(range: PayloadRange, { onBytes, keep }: RangeBodyOptions): StreamBody {
  let sent = 0;
  return {
    bytes: range.bytes,
    open: () => {
      if (sent > 0) onBytes(-sent);
      sent = 0;
      let crc = 0;
      const onPiece = (piece: Uint8Array): void => {
        sent += piece.length;
        if (keep !== undefined) {
          crc = crc32(piece, crc);
          keep(crc);
        }
        onBytes(piece.length);
      };
      return payloadStream({ ...range, onPiece });
    },
  };
}
