import type { BodyReader, Exchange } from "./exchange.ts";

/** So much may wait for the stream's reader before the client is slowed down. */
const PAUSE_BYTES = 65_536;

/** A request's body as a stream. */
export class RequestBody implements BodyReader {
  readonly #exchange: Exchange;
  readonly #maxQueuedBytes: number;
  /** While somebody reads. */
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isAsked: boolean = false;
  #mayPause: boolean = true;
  #isPaused: boolean = false;

  constructor(exchange: Exchange, maxQueuedBytes: number) {
    this.#exchange = exchange;
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  /**
   * The body is asked for at the first read, so that a client which waits for 100 Continue is only
   * then told to go on.
   */
  stream(): ReadableStream<Uint8Array> {
    // Nothing before somebody reads.
    return new ReadableStream(this, { highWaterMark: 0, size: (bytes) => bytes?.length ?? 0 });
  }

  /** The answer is given. What nobody reads must not hold up the client, and its next request. */
  release(): void {
    this.#mayPause = false;
    this.#resume();
  }

  pull(stream: ReadableStreamDefaultController<Uint8Array>): void {
    if (!this.#isAsked) {
      this.#isAsked = true;
      this.#stream = stream;
      this.#exchange.readBody(this);
    }
    this.#resume();
  }

  /** The rest is received and thrown away. */
  cancel(): void {
    this.#isAsked = true;
    this.#stream = undefined;
    this.#resume();
  }

  onData(bytes: Uint8Array): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    if (queuedBytes(stream) > this.#maxQueuedBytes) {
      const message = `more than ${this.#maxQueuedBytes} bytes wait for their reader`;
      this.#fail(new Error(`Cannot hold the request's body: ${message}`));
      return;
    }
    // The bytes are the connection's.
    stream.enqueue(new Uint8Array(bytes));
    if (queuedBytes(stream) > PAUSE_BYTES && this.#mayPause && !this.#isPaused) {
      this.#isPaused = true;
      this.#exchange.pauseBody();
    }
  }

  onEnd(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#resume();
  }

  onAbort(): void {
    this.#fail(new Error("Cannot read the rest of the request's body: it did not come"));
  }

  #fail(error: Error): void {
    this.#stream?.error(error);
    this.#stream = undefined;
    this.#resume();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#exchange.resumeBody();
  }
}

const queuedBytes = (stream: ReadableStreamDefaultController<Uint8Array>): number =>
  -(stream.desiredSize ?? 0);
