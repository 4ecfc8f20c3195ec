/** S3 takes parts of 5 MiB and more, but for the last; 10,000 of them. */
export const PART_BYTES = 8_388_608;
/** On their way at once; beside them one is being filled. */
export const PARTS_IN_FLIGHT = 2;

const MAX_PARTS = 10_000;

/** How large the parts of a file of at most so many bytes are. All but the last are the same. */
export const partBytesFor = (bytes: number): number =>
  Math.max(PART_BYTES, Math.ceil(bytes / MAX_PARTS));

export interface PartFillerOptions {
  readonly partBytes: number;
  readonly partsInFlight: number;
  /** Where the first bytes go, if they fit; `filled` of them are there already. */
  readonly buffer: Uint8Array;
  readonly filled: number;
  /** Sends a part, 0 being the first. The bytes stay as they are until it has resolved. */
  readonly send: (index: number, bytes: Uint8Array) => Promise<void>;
  /** After a write() that said false, or when a part has failed. */
  readonly onRoom: () => void;
}

/**
 * Fills parts with bytes that come in pieces, and sends each that is full when more comes.
 *
 * Hot path: each byte is copied once. Memory is that of the parts in flight and one more, whose
 * buffers are used again.
 */
export class PartFiller {
  readonly #options: PartFillerOptions;
  #buffer: Uint8Array;
  #length: number;
  #free: Uint8Array[] = [];
  #sent: Promise<void>[] = [];
  #sentBytes = 0;
  #inFlight = 0;
  #hasFailed: boolean = false;

  constructor(options: PartFillerOptions) {
    this.#options = options;
    this.#buffer = options.buffer;
    this.#length = options.filled;
  }

  /** So far, with those that were there at first. */
  get bytes(): number {
    return this.#sentBytes + this.#length;
  }

  /** Of those, what has not arrived. */
  get heldBytes(): number {
    return this.#length + this.#inFlight * this.#options.partBytes;
  }

  /** Filled and not sent: at most a part. */
  get rest(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** A part did not arrive: what comes now is thrown away, and sent() says why. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Takes the bytes. False: wait for onRoom() before the next; a few more do no harm. */
  write(bytes: Uint8Array): boolean {
    const { partBytes, partsInFlight } = this.#options;
    for (let from = 0; from < bytes.length && !this.#hasFailed; ) {
      if (this.#length === partBytes) this.send();
      const count = Math.min(bytes.length - from, partBytes - this.#length);
      this.#makeRoom(this.#length + count);
      this.#buffer.set(bytes.subarray(from, from + count), this.#length);
      this.#length += count;
      from += count;
    }
    return this.#hasFailed || this.#inFlight < partsInFlight;
  }

  /** Sends the rest as a part. */
  send(): void {
    const buffer = this.#buffer;
    const sent = this.#options.send(this.#sent.length, this.rest);
    this.#sentBytes += this.#length;
    this.#length = 0;
    this.#buffer = this.#free.pop() ?? noBytes;
    this.#inFlight += 1;
    this.#sent.push(sent);
    sent.then(
      () => this.#settle(buffer),
      () => {
        this.#hasFailed = true;
        this.#settle(buffer);
      },
    );
  }

  /** When nothing is on its way any more. Rejects with what the first part that failed did. */
  async sent(): Promise<void> {
    await this.settled();
    await Promise.all(this.#sent);
  }

  /** The same, however it went. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#sent);
  }

  /** Lets go of all memory. */
  clear(): void {
    this.#buffer = noBytes;
    this.#length = 0;
    this.#free = [];
  }

  #settle(buffer: Uint8Array): void {
    this.#inFlight -= 1;
    if (buffer.length === this.#options.partBytes) this.#free.push(buffer);
    this.#options.onRoom();
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#buffer.length) return;
    const { partBytes } = this.#options;
    const doubled = Math.max(bytes, this.#buffer.length * 2, MIN_BUFFER_BYTES);
    const room = new Uint8Array(this.#sentBytes > 0 ? partBytes : Math.min(partBytes, doubled));
    room.set(this.rest);
    this.#buffer = room;
  }
}

const noBytes: Uint8Array = new Uint8Array(0);
const MIN_BUFFER_BYTES = 65_536;
