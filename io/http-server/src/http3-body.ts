import type { BodyReader } from "./exchange.ts";

export interface Http3BodyOptions {
  readonly maxBytes: number;
  /** The body is longer; its reader was told that it ends. */
  readonly onTooLong: () => void;
}

/** A request's body, from Bun's stream to its reader, which may pause it. */
export class Http3Body {
  readonly #parts: ReturnType<typeof readerOf>;
  readonly #reader: BodyReader;
  readonly #options: Http3BodyOptions;
  #bytes = 0;
  #goOn: PromiseWithResolvers<void> | undefined;
  #isOver: boolean = false;
  /** Since the last sweep something has come, or nobody asked for it. */
  hasMoved: boolean = true;

  constructor(stream: ReadableStream<Uint8Array>, reader: BodyReader, options: Http3BodyOptions) {
    this.#parts = readerOf(stream);
    this.#reader = reader;
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What the reader throws is for the caller. */
  async run(): Promise<void> {
    while (!this.#isOver) {
      const part = await this.#parts.read().catch(() => undefined);
      this.hasMoved = true;
      if (this.#isOver) return;
      if (part === undefined) this.abort();
      else if (part.done) {
        this.#isOver = true;
        this.#reader.onEnd([]);
      } else this.#tell(part.value);
      await this.#goOn?.promise;
    }
  }

  #tell(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#bytes <= this.#options.maxBytes) {
      if (bytes.length > 0) this.#reader.onData(bytes);
      return;
    }
    this.abort();
    this.#options.onTooLong();
  }

  pause(): void {
    this.#goOn ??= Promise.withResolvers<void>();
  }

  resume(): void {
    this.hasMoved = true;
    this.#goOn?.resolve();
    this.#goOn = undefined;
  }

  get isPaused(): boolean {
    return this.#goOn !== undefined;
  }

  /** Nothing more of it is wanted, or will come. */
  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.resume();
    this.#parts.cancel().catch(() => {});
    this.#reader.onAbort();
  }
}

/** Bun's types and the web's have two readers: this is the one that getReader() returns. */
const readerOf = (stream: ReadableStream<Uint8Array>) => stream.getReader();
