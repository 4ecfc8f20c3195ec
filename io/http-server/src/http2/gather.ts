import type { Transport } from "../transport.ts";

/** Whose bytes are gathered. */
export interface GatherOwner {
  readonly transport: Transport;
  /** The transport keeps these bytes: they are the owner's, until it gives them back. */
  onKept(buffer: Uint8Array): void;
}

/** Fourteen DATA frames of the usual size with their heads. */
const MAX_GATHER_BYTES = 14 * (16_384 + 9);
const MIN_GATHER_BYTES = 2 * (16_384 + 9);
/** Buffers that came back and wait to be lent again. */
const MAX_SPARES = 8;

/**
 * The one buffer in which the connections of a server, one after the other, write their frames, so
 * that those of one read, or of one turn of the event loop, go out in one write.
 */
export class Gather {
  /** How many bytes go out at once. */
  readonly size: number;
  bytes: Uint8Array;
  #length = 0;
  #owner: GatherOwner | undefined;
  #isHeld: boolean = false;
  #isScheduled: boolean = false;
  readonly #spares: Uint8Array[] = [];
  readonly #flushLater = (): void => {
    this.#isScheduled = false;
    this.flush();
  };

  /** `maxUnsentBytes`: a transport that keeps a buffer has room for small frames behind it. */
  constructor(maxUnsentBytes: number) {
    this.size = Math.max(MIN_GATHER_BYTES, Math.min(MAX_GATHER_BYTES, maxUnsentBytes >>> 1));
    this.bytes = new Uint8Array(this.size);
  }

  /** From now on until release() nothing is flushed but what is full. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.flush();
  }

  /** Where in `bytes` the owner may write so many, at most `size`; it must do so now. */
  reserve(owner: GatherOwner, count: number): number {
    if (this.#owner !== owner || this.#length + count > this.size) {
      this.flush();
      this.#owner = owner;
    }
    if (!this.#isHeld && !this.#isScheduled) {
      this.#isScheduled = true;
      queueMicrotask(this.#flushLater);
    }
    const at = this.#length;
    this.#length += count;
    return at;
  }

  flush(): void {
    const owner = this.#owner;
    if (owner === undefined) return;
    const { bytes } = this;
    const length = this.#length;
    const { transport } = owner;
    this.#owner = undefined;
    this.#length = 0;
    // What goes behind kept bytes is kept, too, and small.
    if (transport.unsentBytes > 0) transport.write(new Uint8Array(bytes.subarray(0, length)));
    else if (!transport.write(bytes.subarray(0, length))) {
      this.bytes = this.#spares.pop() ?? new Uint8Array(this.size);
      owner.onKept(bytes);
    }
  }

  /** What was kept has been sent. */
  giveBack(buffer: Uint8Array): void {
    if (this.#spares.length < MAX_SPARES) this.#spares.push(buffer);
  }
}
