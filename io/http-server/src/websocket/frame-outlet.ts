import type { Wire } from "../exchange.ts";

/** Frames are joined up to so much for one write. */
const MAX_BATCH_BYTES = 64 * 1024;

/** Where frames go out: all of one read in one write. Hot path. */
export class FrameOutlet {
  readonly #wire: Wire;
  #isGathering: boolean = false;
  #batch: Uint8Array[] = [];
  #batchBytes = 0;
  /** Since the wire said that it is slow; -1 while it is not. */
  #unsentBytes = -1;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** The client does not take what was written. */
  get isSlow(): boolean {
    return this.#unsentBytes >= 0;
  }

  /** At most so many bytes wait for a slow client. */
  get unsentBytes(): number {
    return Math.max(0, this.#unsentBytes);
  }

  /** Frames are kept until flush(), or there are many. */
  gather(): void {
    this.#isGathering = true;
  }

  /** False: the client is slow. */
  write(frame: Uint8Array): boolean {
    if (this.#isGathering) {
      this.#batch.push(frame);
      this.#batchBytes += frame.length;
      if (this.#batchBytes >= MAX_BATCH_BYTES) this.#send();
    } else this.#put(frame);
    return !this.isSlow;
  }

  flush(): void {
    this.#isGathering = false;
    this.#send();
  }

  /** The wire has room again. */
  drained(): void {
    this.#unsentBytes = -1;
  }

  #send(): void {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#put(batch.length === 1 ? batch[0]! : Buffer.concat(batch));
  }

  #put(bytes: Uint8Array): void {
    const hasRoom = this.#wire.write(bytes);
    if (this.isSlow) this.#unsentBytes += bytes.length;
    else if (!hasRoom) this.#unsentBytes = bytes.length;
  }
}
