/** What the outbox tells its session. */
export interface OutboxOwner {
  onWritten(bytes: number): void;
  /** The kernel has taken everything. */
  onFlushed(): void;
  /** The socket is gone, before Bun could tell. */
  onGone(): void;
}

/** DATA frames wait for room beyond this; other frames are few and small. */
const FULL_BYTES = 64 * 1024;

/**
 * Frames on their way to a socket: those of one turn of the event loop go out in one write, which
 * is what a batch of requests costs.
 */
export class Http2Outbox {
  readonly #socket: { write(bytes: Uint8Array): number };
  readonly #owner: OutboxOwner;
  #frames: Uint8Array[] = [];
  #bytes = 0;
  /** What the kernel had no room for; nothing goes out before it. */
  #rest: Uint8Array | undefined;
  #isScheduled: boolean = false;
  #isStopped: boolean = false;

  constructor(socket: { write(bytes: Uint8Array): number }, owner: OutboxOwner) {
    this.#socket = socket;
    this.#owner = owner;
  }

  get isFull(): boolean {
    return this.waitingBytes >= FULL_BYTES || this.#rest !== undefined;
  }

  get waitingBytes(): number {
    return this.#bytes + (this.#rest?.length ?? 0);
  }

  add(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      if (this.#rest === undefined) this.flush();
    });
  }

  /** Writes as much as there is room for. */
  flush(): void {
    if (this.#isStopped) return;
    const bytes = this.#rest ?? this.#joined();
    const tookBytes = bytes.length === 0 ? 0 : this.#socket.write(bytes);
    if (tookBytes < 0) {
      this.#isStopped = true;
      this.#owner.onGone();
      return;
    }
    this.#owner.onWritten(tookBytes);
    this.#rest = tookBytes < bytes.length ? bytes.subarray(tookBytes) : undefined;
    if (this.#rest !== undefined) return;
    if (this.#frames.length > 0) this.flush();
    else this.#owner.onFlushed();
  }

  stop(): void {
    this.#isStopped = true;
  }

  #joined(): Uint8Array {
    const [first, ...others] = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    if (first === undefined) return noBytes;
    return others.length === 0 ? first : Buffer.concat([first, ...others]);
  }
}

const noBytes: Uint8Array = new Uint8Array(0);
