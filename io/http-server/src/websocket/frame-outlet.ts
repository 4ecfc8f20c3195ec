import type { Wire } from "../exchange.ts";
import { atTurnEnd, type TurnEnding } from "./turn-end.ts";

/** Frames are joined up to so much for one write. */
const MAX_BATCH_BYTES = 65_536;
/** Larger frames go out by themselves, uncopied. */
const MAX_JOINED_BYTES = 16_384;

/**
 * Where a connection's frames go out: all of one turn of the event loop in one write at its end, no
 * matter whose messages they came of.
 *
 * Hot path: a write is a system call, 5 to 10 µs; a frame more in it is a copy.
 */
export class FrameOutlet implements TurnEnding {
  readonly #wire: Wire;
  readonly #onSlow: () => void;
  #batch: Uint8Array[] = [];
  #batchBytes = 0;
  #isAwaitingEnd: boolean = false;
  #isSlow: boolean = false;

  /** `onSlow`: the client does not take what is written, until drained(). */
  constructor(wire: Wire, onSlow: () => void) {
    this.#wire = wire;
    this.#onSlow = onSlow;
  }

  get isSlow(): boolean {
    return this.#isSlow;
  }

  get unsentBytes(): number {
    return this.#batchBytes + (this.#isSlow ? this.#wire.unsentBytes : 0);
  }

  /** False: the client is slow. */
  write(frame: Uint8Array): boolean {
    if (frame.length > MAX_JOINED_BYTES) {
      this.flush();
      this.#put(frame);
      return !this.#isSlow;
    }
    this.#batch.push(frame);
    this.#batchBytes += frame.length;
    if (this.#batchBytes >= MAX_BATCH_BYTES) this.flush();
    else if (!this.#isAwaitingEnd) {
      this.#isAwaitingEnd = true;
      atTurnEnd(this);
    }
    return !this.#isSlow;
  }

  /** Does not wait for the turn's end. */
  flush(): void {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#put(batch.length === 1 ? batch[0]! : Buffer.concat(batch));
  }

  onTurnEnd(): void {
    this.#isAwaitingEnd = false;
    this.flush();
  }

  /** The wire has room again. */
  drained(): void {
    this.#isSlow = false;
  }

  #put(bytes: Uint8Array): void {
    if (this.#wire.write(bytes) || this.#isSlow) return;
    this.#isSlow = true;
    this.#onSlow();
  }
}
