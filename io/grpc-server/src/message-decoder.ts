import { tooLarge } from "./compression.ts";
import { GrpcError } from "./status.ts";

/** Before each message: whether it is compressed, and its length (PROTOCOL-HTTP2). */
export const PREFIX_BYTES = 5;

/** A message lies in `bytes` from `from` to before `to`; a view of its own would cost as much. */
export interface ReceivedMessage {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly isCompressed: boolean;
}

/**
 * Cuts a body into messages, however it comes.
 *
 * What push() was given is read in place; keep() copies what is left of it. Holds up to
 * `maxMessageBytes`, and what is pushed while nobody takes messages.
 *
 * Hot path: the usual message is whole, and alone in its frame.
 */
export class MessageDecoder {
  readonly #maxMessageBytes: number;
  #bytes: Uint8Array = nothing;
  #from = 0;
  #to = 0;
  /** Whether `#bytes` is ours to write to. */
  #isOwn: boolean = false;

  constructor(options: { readonly maxMessageBytes: number }) {
    this.#maxMessageBytes = options.maxMessageBytes;
  }

  /** What has been pushed and not been taken. */
  get heldBytes(): number {
    return this.#to - this.#from;
  }

  push(bytes: Uint8Array): void {
    if (this.#from === this.#to) {
      this.#bytes = bytes;
      this.#from = 0;
      this.#to = bytes.length;
      this.#isOwn = false;
    } else {
      this.#makeRoom(bytes.length);
      this.#bytes.set(bytes, this.#to);
      this.#to += bytes.length;
    }
  }

  /**
   * The next whole message, which is there until the next push().
   *
   * @throws GrpcError for one that is too long or not framed as it should be
   */
  next(): ReceivedMessage | undefined {
    const held = this.heldBytes;
    if (held < PREFIX_BYTES) return undefined;
    const at = this.#from;
    const bytes = this.#bytes;
    const flag = bytes[at]!;
    if (flag > 1) {
      throw new GrpcError("INTERNAL", `Cannot read a message with the flag ${flag}: send 0 or 1`);
    }
    const length =
      bytes[at + 1]! * 0x100_0000 + (bytes[at + 2]! << 16) + (bytes[at + 3]! << 8) + bytes[at + 4]!;
    if (length > this.#maxMessageBytes) throw tooLarge(`${length} bytes`, this.#maxMessageBytes);
    if (held < PREFIX_BYTES + length) return undefined;
    const from = at + PREFIX_BYTES;
    this.#from = from + length;
    return { bytes, from, to: this.#from, isCompressed: flag === 1 };
  }

  /** To be called before the bytes that were pushed are used again. */
  keep(): void {
    if (!this.#isOwn && this.#from !== this.#to) this.#makeRoom(0);
  }

  /** Doubles as it must, so that what comes in small parts is not copied again and again. */
  #makeRoom(more: number): void {
    const held = this.heldBytes;
    if (this.#isOwn && this.#to + more <= this.#bytes.length) return;
    const fits = this.#isOwn && held + more <= this.#bytes.length / 2;
    const room = fits ? this.#bytes : new Uint8Array(Math.max(256, 2 * (held + more)));
    room.set(this.#bytes.subarray(this.#from, this.#to));
    this.#bytes = room;
    this.#from = 0;
    this.#to = held;
    this.#isOwn = true;
  }
}

const nothing = new Uint8Array(0);
