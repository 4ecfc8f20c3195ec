import type { Field, Http2Frame, ReceivedRequest } from "@breakwater/wire";
import type { BodyReader } from "../exchange.ts";
import { FIRST_WINDOW_BYTES, STREAM_WINDOW_BYTES } from "./http2-settings.ts";

/** What became of a frame of it; all but "taken" end its stream. */
export type Intake = "taken" | "beyond window" | "beyond limit" | "wrong length";

export interface IncomingBodyOwner {
  readonly request: ReceivedRequest;
  readonly maxBodyBytes: number;
  /** Tells the client that it may send so many bytes more. */
  openWindow(bytes: number): void;
}

/**
 * A request's body on its way to its reader. What comes before there is one, or while it has
 * paused, is held: no more than the window that the client was given.
 */
export class IncomingBody {
  readonly #owner: IncomingBodyOwner;
  receivedBytes = 0;
  /** Nothing more comes: the client has ended it. */
  isEnded: boolean = false;
  /** The reader was told that it will not come to its end. */
  #isAborted: boolean = false;
  #reader: BodyReader | undefined;
  #isPaused: boolean = false;
  #isDelivering: boolean = false;
  #held: Uint8Array[] = [];
  #heldEnd: readonly Field[] | undefined;
  /** What the client may still send. */
  #window = FIRST_WINDOW_BYTES;
  /** What the window is to be. */
  #fullWindow = FIRST_WINDOW_BYTES;

  constructor(owner: IncomingBodyOwner) {
    this.#owner = owner;
  }

  get hasReader(): boolean {
    return this.#reader !== undefined;
  }

  /** The client is the one to move. */
  get isAwaited(): boolean {
    return this.#reader !== undefined && !this.#isPaused && !this.isEnded;
  }

  /** Nobody reads it, and its end is not within the window: it will not come. */
  get isLong(): boolean {
    const { contentLength } = this.#owner.request;
    if (contentLength === undefined) return this.#window <= 0;
    return contentLength - this.receivedBytes > this.#window;
  }

  read(reader: BodyReader): void {
    this.#reader = reader;
    const { contentLength } = this.#owner.request;
    const isShort = contentLength !== undefined && contentLength <= FIRST_WINDOW_BYTES;
    if (!isShort) this.#fullWindow = STREAM_WINDOW_BYTES;
    this.#deliver();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#deliver();
  }

  /** What is held is of no use, and what comes is skipped. */
  skip(): void {
    this.#held = [];
  }

  /** Hot path. `paddedBytes`: what counts for the window. */
  take({ bytes, from, to }: Http2Frame, paddedBytes: number, isSkipped: boolean): Intake {
    this.#window -= paddedBytes;
    this.receivedBytes += to - from;
    const { request, maxBodyBytes } = this.#owner;
    if (this.#window < 0) return "beyond window";
    if (this.#isAborted) return "taken";
    if (this.receivedBytes > (request.contentLength ?? this.receivedBytes)) return "wrong length";
    if (this.receivedBytes > maxBodyBytes) return "beyond limit";
    if (from < to) {
      if (this.#reader === undefined || this.#isPaused) {
        if (!isSkipped) this.#held.push(new Uint8Array(bytes.subarray(from, to)));
      } else this.#reader.onData(bytes.subarray(from, to));
    }
    this.#openWindow();
    return "taken";
  }

  /** False: it is shorter than its Content-Length. */
  end(trailers: readonly Field[]): boolean {
    this.isEnded = true;
    if (this.#isAborted) return true;
    if (this.receivedBytes !== (this.#owner.request.contentLength ?? this.receivedBytes)) {
      return false;
    }
    this.#heldEnd = trailers;
    this.#deliver();
    return true;
  }

  /** The reader does not get to its end. */
  abort(): void {
    const wasTold = this.isEnded && this.#heldEnd === undefined;
    if (wasTold || this.#isAborted) return;
    this.#isAborted = true;
    this.#held = [];
    this.#heldEnd = undefined;
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.onAbort();
  }

  #deliver(): void {
    if (this.#isDelivering || this.#reader === undefined) return;
    this.#isDelivering = true;
    let told = 0;
    for (; !this.#isPaused && told < this.#held.length; told += 1) {
      this.#reader?.onData(this.#held[told]!);
    }
    this.#isDelivering = false;
    this.#held.splice(0, told);
    if (this.#isPaused || this.#reader === undefined) return;
    const trailers = this.#heldEnd;
    this.#heldEnd = undefined;
    if (trailers !== undefined) this.#reader.onEnd(trailers);
    else if (!this.isEnded) this.#openWindow();
  }

  /** In few and large steps, once the reader has taken what came. */
  #openWindow(): void {
    if (this.#reader === undefined || this.#isPaused) return;
    const bytes = this.#fullWindow - this.#window;
    if (bytes < this.#fullWindow / 2) return;
    this.#window = this.#fullWindow;
    this.#owner.openWindow(bytes);
  }
}
