const FIRST_BYTES = 512;
/** Who announces much and sends little must not fill the memory. */
const MAX_AHEAD = 32;

export interface GrowthBounds {
  readonly expected: number;
  readonly maxBytes: number;
}

/** Bytes that come in parts and are wanted in one. */
export class GrowingBytes {
  #bytes: Uint8Array = nothing;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /**
   * Makes room for so many more and returns where they belong in `bytes`. It grows by doubling, or
   * at once to `expected` bytes in all if a fair part of them has come; never beyond `maxBytes`.
   */
  extend(by: number, { expected, maxBytes }: GrowthBounds): number {
    const at = this.#length;
    const needed = at + by;
    if (needed > this.#bytes.length) {
      const doubled = Math.max(FIRST_BYTES, needed, this.#bytes.length * 2);
      const wanted = Math.max(doubled, Math.min(expected, needed * MAX_AHEAD));
      const grown = new Uint8Array(Math.min(maxBytes, wanted));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    }
    this.#length = needed;
    return at;
  }

  /** Until the next extend(). */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** All that has come; it begins anew. */
  take(): Uint8Array {
    const all = this.#bytes.subarray(0, this.#length);
    this.#bytes = nothing;
    this.#length = 0;
    return all;
  }
}

const nothing = new Uint8Array(0);
