import type { Socket } from "bun";

/** Frames are joined up to so much for one write. */
const MAX_BATCH_BYTES = 64 * 1024;

/**
 * What is to be written: all of one turn in one write, and what the kernel does not take when it
 * takes again. Its limit is its owner's.
 */
export class Outbox {
  readonly #onSent: (bytes: number) => void;
  #socket: Socket<unknown> | undefined;
  /** In order; those before #at are written. */
  #frames: Uint8Array[] = [];
  #at = 0;
  /** Of what was joined: what the kernel did not take. */
  #rest: Uint8Array | undefined;
  #bytes = 0;
  #isFlushing: boolean = false;

  constructor(onSent: (bytes: number) => void) {
    this.#onSent = onSent;
  }

  get bytes(): number {
    return this.#bytes;
  }

  open(socket: Socket<unknown>): void {
    this.#socket = socket;
  }

  close(): void {
    this.#socket = undefined;
    this.#frames = [];
    this.#at = 0;
    this.#rest = undefined;
    this.#bytes = 0;
  }

  /** Hot path: a load test's messages are small and come alone, or many at once. */
  add(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    // While the kernel takes no more, its drain event flushes.
    if (this.#isFlushing || this.#rest !== undefined) return;
    this.#isFlushing = true;
    queueMicrotask(this.#flushSoon);
  }

  flush(): void {
    while (this.#bytes > 0 && this.#socket !== undefined) {
      const batch = this.#rest ?? this.#nextBatch();
      // Negative: closed, which Bun tells of by itself.
      const taken = Math.max(0, this.#socket.write(batch));
      this.#bytes -= taken;
      this.#rest = taken === batch.length ? undefined : batch.subarray(taken);
      if (taken > 0) this.#onSent(taken);
      if (this.#rest !== undefined) return;
    }
  }

  #nextBatch(): Uint8Array {
    const from = this.#at;
    let batchBytes = 0;
    do {
      batchBytes += this.#frames[this.#at]!.length;
      this.#at += 1;
    } while (this.#at < this.#frames.length && batchBytes < MAX_BATCH_BYTES);
    const batch = this.#frames.slice(from, this.#at);
    if (this.#at === this.#frames.length) {
      this.#frames = [];
      this.#at = 0;
    }
    return batch.length === 1 ? batch[0]! : Buffer.concat(batch);
  }

  readonly #flushSoon = (): void => {
    this.#isFlushing = false;
    this.flush();
  };
}
