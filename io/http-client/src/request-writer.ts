import type { ReadableStreamDefaultReader } from "node:stream/web";
import { encodeChunk, lastChunk } from "@breakwater/wire";

/** Where a request goes: the connection. */
export interface RequestSink {
  /**
   * Takes as many of the bytes from `offset` on as there is room for; calls resume() when there is
   * more.
   */
  tryWrite(bytes: Uint8Array, offset: number): number;
  onSent(): void;
  onBodyFailed(reason: string): void;
}

/** What is left of a request. */
export interface RequestRest {
  readonly head: Uint8Array;
  /** That much of the head is gone. */
  readonly offset: number;
  readonly body: ReadableStream<Uint8Array> | Uint8Array | undefined;
  /** What a stream must give in all, when that is known. */
  readonly bodyBytes?: number | undefined;
  /** False: a stream's parts go out as they are, for HTTP/2 has frames of its own. */
  readonly isChunked: boolean;
}

/**
 * Sends what does not go out in one write: a head that was cut, a body after it, a stream in
 * chunks.
 *
 * Holds no more than the caller's own body or one chunk of its stream: the next is read when that
 * is gone.
 */
export class RequestWriter {
  readonly #sink: RequestSink;
  readonly #isChunked: boolean;
  readonly #bodyBytes: number | undefined;
  #readBytes = 0;
  /** Going out. */
  #bytes: Uint8Array;
  #offset: number;
  /** What follows. */
  #body: RequestRest["body"];
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #isReading: boolean = false;
  #isStopped: boolean = false;

  constructor(sink: RequestSink, { head, offset, body, bodyBytes, isChunked }: RequestRest) {
    this.#sink = sink;
    this.#bodyBytes = bodyBytes;
    this.#isChunked = isChunked;
    this.#bytes = head;
    this.#offset = offset;
    this.#body = body;
  }

  /** It waits for the stream. */
  get isReading(): boolean {
    return this.#isReading;
  }

  /** Goes on until there is no room or the stream has to be waited for. */
  resume(): void {
    while (!this.#isStopped && !this.#isReading) {
      if (this.#offset < this.#bytes.length) {
        this.#offset += this.#sink.tryWrite(this.#bytes, this.#offset);
        if (this.#offset < this.#bytes.length) return;
      }
      if (this.#body instanceof ReadableStream) {
        this.#readNext(this.#body);
      } else if (this.#body !== undefined) {
        this.#next(this.#body);
        this.#body = undefined;
      } else {
        this.#isStopped = true;
        this.#sink.onSent();
      }
    }
  }

  /** The connection is gone, or nobody wants the rest. */
  stop(): void {
    this.#isStopped = true;
    this.#reader?.cancel().catch(() => {
      // The stream's own trouble; nobody waits for its bytes.
    });
  }

  #next(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#offset = 0;
  }

  #readNext(stream: ReadableStream<Uint8Array>): void {
    this.#isReading = true;
    if (this.#reader === undefined && stream.locked) {
      this.#fail("its stream is read by someone else");
      return;
    }
    this.#reader ??= stream.getReader();
    this.#reader.read().then(
      ({ done, value }) => this.#onRead(done ? undefined : value),
      (error: unknown) => this.#fail(error instanceof Error ? error.message : String(error)),
    );
  }

  #onRead(part: unknown): void {
    this.#isReading = false;
    if (part === undefined) {
      this.#body = undefined;
      if (this.#isChunked) this.#next(lastChunk);
      this.#checkLength({ isAll: true });
    } else if (part instanceof Uint8Array) {
      this.#readBytes += part.length;
      this.#checkLength({ isAll: false });
      this.#next(this.#isChunked ? encodeChunk(part) : part);
    } else {
      this.#fail(`its stream must give Uint8Array, not ${typeof part}`);
    }
    this.resume();
  }

  #checkLength({ isAll }: { readonly isAll: boolean }): void {
    const [wanted, has] = [this.#bodyBytes, this.#readBytes];
    if (wanted === undefined || (isAll ? has === wanted : has <= wanted)) return;
    this.#fail(`its stream gives ${isAll ? has : "more"} bytes, where ${wanted} were announced`);
  }

  #fail(reason: string): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#sink.onBodyFailed(reason);
  }
}
