/** All that lie ready: what a hundred uploads of 100 kB use at a time. */
const MAX_BYTES = 16_777_216;
const MIN_BYTES = 16_384;

/**
 * Memory for small forms, used again: else each upload leaves as much to be collected as it had,
 * and the process grows by what comes in between two collections.
 */
export class FormBuffers {
  readonly #free: Map<number, Uint8Array[]> = new Map<number, Uint8Array[]>();
  #bytes = 0;

  /** At least so long; with whatever was in it. */
  take(bytes: number): Uint8Array {
    const size = sizeFor(bytes);
    const free = this.#free.get(size)?.pop();
    if (free === undefined) return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
    this.#bytes -= size;
    return free;
  }

  /** Nobody may look at it any more. */
  give(buffer: Uint8Array): void {
    const { length } = buffer;
    if (length < MIN_BYTES || this.#bytes + length > MAX_BYTES) return;
    this.#bytes += length;
    const same = this.#free.get(length);
    if (same === undefined) this.#free.set(length, [buffer]);
    else same.push(buffer);
  }
}

/** Powers of two, so that there are few sizes. */
const sizeFor = (bytes: number): number =>
  bytes <= MIN_BYTES ? MIN_BYTES : 2 ** Math.ceil(Math.log2(bytes));
