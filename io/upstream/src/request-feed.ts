import type { BodyReader, Exchange } from "@breakwater/http-server";
import { encodeChunk, type Field } from "@breakwater/wire";
import { passableTrailers } from "./hop-fields.ts";
import type { UpstreamConnection } from "./upstream-connection.ts";

/** Whose request it is. */
export interface FeedOwner {
  /** The upstream has been sent all of it. */
  onRequestSent(): void;
  /** The connection was closed before a byte could be sent: begin() again with another. */
  onUnsent(): void;
  /** The upstream does not take what must not be kept. */
  onOverfull(): void;
  /** The client breaks off. */
  onClientGone(): void;
}

export interface FeedOptions {
  readonly head: string;
  readonly isChunked: boolean;
  readonly maxBufferedBytes: number;
}

/** Larger pieces of a body are sent by themselves. */
const GATHER_BYTES = 16_384;

/**
 * A request with a body on its way to the upstream, no faster than that takes it. What comes within
 * one read of the client's leaves in one write, however small its chunks are.
 */
export class RequestFeed implements BodyReader {
  readonly #exchange: Exchange;
  readonly #owner: FeedOwner;
  readonly #isChunked: boolean;
  readonly #maxBufferedBytes: number;
  #connection: UpstreamConnection | undefined;
  /** What is to be sent next; kept until something of it could be. */
  #ready: Uint8Array[];
  /** Of the body, copied, as it came; behind that. */
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;
  #hasSent: boolean = false;
  #willFlush: boolean = false;
  #isReading: boolean = false;
  #isPaused: boolean = false;
  #isWhole: boolean = false;
  #isStopped: boolean = false;

  constructor(exchange: Exchange, owner: FeedOwner, options: FeedOptions) {
    this.#exchange = exchange;
    this.#owner = owner;
    this.#isChunked = options.isChunked;
    this.#maxBufferedBytes = options.maxBufferedBytes;
    this.#ready = [Buffer.from(options.head, "latin1")];
  }

  /** Sends the head, and what has come of the body before. */
  begin(connection: UpstreamConnection): void {
    this.#connection = connection;
    this.#flushSoon();
  }

  /** Asks the client for the body. */
  read(): void {
    if (this.#isReading || this.#isStopped) return;
    this.#isReading = true;
    this.#exchange.readBody(this);
  }

  /** Nothing more is wanted: what still comes is skipped. */
  stop(): void {
    this.#isStopped = true;
    this.#ready = [];
    this.#pieces = [];
    if (this.#isReading) this.#resume();
  }

  /** The upstream has taken all. */
  onDrain(): void {
    if (!this.#isStopped) this.#resume();
  }

  onData(bytes: Uint8Array): void {
    if (this.#isStopped) return;
    if (bytes.length > GATHER_BYTES) {
      this.#makeReady();
      this.#ready.push(this.#isChunked ? encodeChunk(bytes) : bytes);
      this.#flush();
      return;
    }
    this.#pieces.push(new Uint8Array(bytes));
    this.#pieceBytes += bytes.length;
    if (this.#pieceBytes > GATHER_BYTES) this.#flush();
    else this.#flushSoon();
  }

  onEnd(trailers: readonly Field[]): void {
    if (this.#isStopped) return;
    this.#isWhole = true;
    this.#makeReady();
    if (this.#isChunked) this.#ready.push(encodeEnd(passableTrailers(trailers)));
    this.#flush();
  }

  onAbort(): void {
    if (!this.#isStopped) this.#owner.onClientGone();
  }

  /** When the read is over. */
  #flushSoon(): void {
    if (this.#willFlush) return;
    this.#willFlush = true;
    queueMicrotask(() => {
      this.#willFlush = false;
      if (this.#ready.length + this.#pieces.length > 0) this.#flush();
    });
  }

  /** Pieces become one chunk. */
  #makeReady(): void {
    if (this.#pieces.length === 0) return;
    const bytes = joined(this.#pieces);
    this.#ready.push(this.#isChunked ? encodeChunk(bytes) : bytes);
    this.#pieces = [];
    this.#pieceBytes = 0;
  }

  #flush(): void {
    if (this.#isStopped) return;
    this.#makeReady();
    const connection = this.#connection;
    if (connection === undefined) this.#keep();
    else if (this.#ready.length > 0) this.#write(connection, joined(this.#ready));
    const isSent = this.#isWhole && this.#ready.length === 0;
    if (isSent && !this.#isStopped) this.#owner.onRequestSent();
  }

  #write(connection: UpstreamConnection, bytes: Uint8Array): void {
    const written = connection.write(bytes);
    if (written === "lost" && !this.#hasSent) {
      this.#connection = undefined;
      this.#keep();
      this.#owner.onUnsent();
      return;
    }
    // Lost later, the connection will tell.
    this.#hasSent = true;
    this.#ready = [];
    if (written === "sent") this.#resume();
    else this.#waitForRoom(connection.unsentBytes);
  }

  /** Until there is a connection again. The last piece is another's, who may use it again. */
  #keep(): void {
    this.#ready = [new Uint8Array(joined(this.#ready))];
    this.#waitForRoom(this.#ready[0]!.length);
  }

  #waitForRoom(keptBytes: number): void {
    if (keptBytes > this.#maxBufferedBytes + READ_BYTES) this.#owner.onOverfull();
    else if (!this.#isPaused && !this.#isWhole) {
      this.#isPaused = true;
      this.#exchange.pauseBody();
    }
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#exchange.resumeBody();
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** The most that Bun reads at once, and so what may come after a pause. */
const READ_BYTES = 524_288;

/** RFC 9112 7.1. */
function encodeEnd(trailers: readonly Field[]): Uint8Array {
  const lines = trailers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.from(`0\r\n${lines}\r\n`, "latin1");
}
