import type { BodyFlow } from "@breakwater/http-client";
import { type RunningHash, toBase64 } from "@breakwater/s3";
import { startChecksum } from "@breakwater/s3-platform";
import { type BodyOfObject, readBefore } from "../found-object.ts";
import { ObjectStoreError } from "../object-store-error.ts";

/** Held for a reader that is slower than the store; what the socket holds comes on top. */
const MAX_HELD_BYTES = 262_144;

/** What is left of a body that nobody wants is read if it is no more than this. */
const MAX_DRAINED_BYTES = 262_144;

/**
 * The body of an object between the connection and whoever reads it. Hot path: per read of the
 * socket, not per byte; toBytes() copies each byte once, to where it stays.
 */
export class BodyFeed implements BodyOfObject {
  readonly bytes: number;
  readonly #flow: BodyFlow;
  /** Base64 of the whole body's CRC32, where the store told it. */
  readonly #crc32: string | undefined;
  readonly #checksum: RunningHash | undefined;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #cameBytes = 0;
  #target: Uint8Array | undefined;
  #isEnded: boolean = false;
  #isDropped: boolean = false;
  #isTaken: boolean = false;
  #error: ObjectStoreError | undefined;
  /** Whoever waits for more, or for the end. */
  #wake: (() => void) | undefined;

  constructor({ bytes, crc32 }: FeedOptions, flow: BodyFlow) {
    this.bytes = bytes;
    this.#flow = flow;
    this.#crc32 = crc32;
    this.#checksum = crc32 === undefined ? undefined : startChecksum("CRC32");
  }

  push(piece: Uint8Array): void {
    this.#checksum?.update(piece);
    const offset = this.#cameBytes;
    this.#cameBytes += piece.length;
    if (this.#isDropped) return;
    if (this.#target !== undefined) {
      this.#target.set(piece, offset);
      return;
    }
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    if (this.#heldBytes >= MAX_HELD_BYTES) this.#flow.pause();
    this.#wakeReader();
  }

  /** All has come, or it never will. What was not read before an error is not read any more. */
  end(error: ObjectStoreError | undefined): void {
    this.#isEnded = true;
    this.#error = error ?? this.#mismatch();
    this.#wakeReader();
  }

  stream(): ReadableStream<Uint8Array> {
    if (this.#isTaken) throw readBefore();
    this.#isTaken = true;
    return new ReadableStream<Uint8Array>(
      { pull: (controller) => this.#pull(controller), cancel: () => this.#drop() },
      { highWaterMark: 0 },
    );
  }

  async toBytes(): Promise<Uint8Array> {
    if (this.#isTaken) throw readBefore();
    this.#isTaken = true;
    const target = new Uint8Array(this.bytes);
    let offset = 0;
    for (const piece of this.#held) {
      target.set(piece, offset);
      offset += piece.length;
    }
    this.#held = [];
    this.#target = target;
    this.#flow.resume();
    if (!this.#isEnded) await this.#more();
    if (this.#error !== undefined) throw this.#error;
    return target;
  }

  #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> | undefined {
    if (this.#error !== undefined) throw this.#error;
    const piece = this.#held.shift();
    if (piece !== undefined) {
      this.#heldBytes -= piece.length;
      if (this.#heldBytes < MAX_HELD_BYTES) this.#flow.resume();
      controller.enqueue(piece);
      return undefined;
    }
    if (!this.#isEnded) return this.#more().then(() => this.#pull(controller));
    controller.close();
    return undefined;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #wakeReader(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** A little is quicker read than a new connection is made. */
  #drop(): void {
    this.#isDropped = true;
    this.#held = [];
    if (this.#isEnded) return;
    if (this.bytes - this.#cameBytes <= MAX_DRAINED_BYTES) this.#flow.resume();
    else this.#flow.cancel();
  }

  #mismatch(): ObjectStoreError | undefined {
    if (this.#checksum === undefined) return undefined;
    const came = toBase64(this.#checksum.digest());
    if (came === this.#crc32) return undefined;
    const what = `its CRC32 is ${came} where the store says ${this.#crc32}`;
    return new ObjectStoreError("corrupted", `The object came changed: ${what}`);
  }
}

export interface FeedOptions {
  readonly bytes: number;
  readonly crc32: string | undefined;
}
