import {
  type Field,
  RequestDecoder,
  type RequestHeadView,
  type RequestLimits,
  RequestMemory,
  reasonOf,
  statusOf,
  WireError,
} from "@breakwater/wire";
import type { WireReader } from "./exchange.ts";
import { httpDate } from "./http-date.ts";
import { Http1Exchange, type Http1Port, MAX_SKIPPED_BYTES } from "./http1-exchange.ts";
import { Http1Output } from "./http1-output.ts";
import {
  type ProtocolConnection,
  type ProtocolFactory,
  runHandler,
  type ServerContext,
  type Transport,
} from "./transport.ts";

/** HTTP/1.1 and 1.0 (RFC 9112) on one connection. */
export const http1Connection: ProtocolFactory = (transport, context) =>
  new Http1Connection(transport, context);

/** Requests that came before their turn, or a body before its reader: then we stop reading. */
const MAX_HELD_BYTES = 65_536;
const MAX_CHUNK_LINE_BYTES = 4096;
const MAX_TRAILER_BYTES = 65_536;

/**
 * One request at a time: it is decoded, its exchange answered, then comes the next. What a client
 * sends ahead is held, and beyond a limit not read.
 *
 * Hot path: for a request that is whole in one piece and answered at once: decoder, handler, one
 * write; no timer, no clock, one object.
 */
class Http1Connection implements ProtocolConnection, Http1Port {
  readonly transport: Transport;
  readonly context: ServerContext;
  readonly output: Http1Output;
  readonly #decoder: RequestDecoder;
  #exchange: Http1Exchange | undefined;
  isRequestComplete: boolean = true;
  closesAfter: boolean = false;
  #skippedBytes = 0;
  #held: Uint8Array | undefined;
  #isPaused: boolean = false;
  #isBodyPaused: boolean = false;
  #isReading: boolean = false;
  #isInHead: boolean = false;
  #isClosed: boolean = false;
  #wireReader: WireReader | undefined;
  /** Since the last sweep something came or went. */
  #hasMoved: boolean = true;
  #quietSinceMs = 0;
  /** Since when a sweep has seen the same head come; undefined: none. */
  #headSinceMs: number | undefined;

  constructor(transport: Transport, context: ServerContext) {
    this.transport = transport;
    this.context = context;
    this.output = new Http1Output(transport);
    const { limits, memory } = decodingOf(context);
    const listener = {
      onHead: (head: RequestHeadView) => this.#onHead(head),
      onBody: (chunk: Uint8Array, from: number, to: number) => this.#onBody(chunk, from, to),
      onEnd: (trailers: readonly Field[]) => this.#onRequestEnd(trailers),
    };
    this.#decoder = new RequestDecoder(limits, listener, memory);
  }

  onData(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#hasMoved = true;
    if (this.#wireReader !== undefined) this.#wireReader.onData(bytes);
    else if (this.#held !== undefined || this.#isBlocked()) this.#hold(bytes, 0);
    else this.#take(bytes);
  }

  /** What comes now has to wait: for an answer, or for somebody who reads it. */
  #isBlocked(): boolean {
    const exchange = this.#exchange;
    if (exchange === undefined) return false;
    return (
      this.#isBodyPaused || this.isRequestComplete || !(exchange.isComplete || exchange.hasReader)
    );
  }

  #take(bytes: Uint8Array): void {
    let at = 0;
    this.#isReading = true;
    this.output.gather();
    try {
      while (at < bytes.length && !this.#isBlocked() && !this.#isClosed) {
        at = this.#decoder.push(bytes, at);
        if (this.#wireReader !== undefined) break;
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#refuse(error);
      at = bytes.length;
    }
    this.#isReading = false;
    this.output.flush();
    if (this.#isClosed) this.transport.end();
    else if (at < bytes.length) {
      if (this.#wireReader !== undefined) this.#wireReader.onData(bytes.subarray(at));
      else this.#hold(bytes, at);
    } else if (this.#isPaused && !this.#isBlocked()) this.#goOn();
  }

  #hold(bytes: Uint8Array, from: number): void {
    const before = this.#held ?? noBytes;
    const held = new Uint8Array(before.length + bytes.length - from);
    held.set(before);
    held.set(bytes.subarray(from), before.length);
    this.#held = held;
    if (held.length <= MAX_HELD_BYTES || this.#isPaused) return;
    this.#isPaused = true;
    this.transport.pause();
  }

  /** Takes what was held, now that nothing stands in its way. */
  #goOn(): void {
    if (this.#isReading || this.#isClosed) return;
    const held = this.#held;
    this.#held = undefined;
    if (this.#isPaused) {
      this.#isPaused = false;
      this.transport.resume();
    }
    if (held === undefined) return;
    if (this.#wireReader !== undefined) this.#wireReader.onData(held);
    else this.#take(held);
  }

  #onHead(head: RequestHeadView): void {
    const exchange = new Http1Exchange(this, head);
    this.#exchange = exchange;
    this.#headSinceMs = undefined;
    this.isRequestComplete = !head.hasBody;
    this.#skippedBytes = 0;
    this.context.inFlight += 1;
    this.#isInHead = true;
    runHandler(this.context, exchange, () => exchange.fail());
    this.#isInHead = false;
  }

  #onBody(chunk: Uint8Array, from: number, to: number): void {
    const exchange = this.#exchange;
    if (exchange === undefined || exchange.offer(chunk, from, to)) return;
    this.#skippedBytes += to - from;
    if (this.#skippedBytes > MAX_SKIPPED_BYTES) this.end();
  }

  #onRequestEnd(trailers: readonly Field[]): void {
    this.isRequestComplete = true;
    const exchange = this.#exchange;
    exchange?.endBody(trailers);
    if (exchange?.isComplete === true) this.#next();
  }

  onReader(): void {
    this.#goOn();
  }

  pauseBody(): void {
    this.#isBodyPaused = true;
    if (this.#isPaused || this.isRequestComplete) return;
    this.#isPaused = true;
    this.transport.pause();
  }

  resumeBody(): void {
    if (!this.#isBodyPaused) return;
    this.#isBodyPaused = false;
    this.#goOn();
  }

  onAnswered(isLast: boolean): void {
    this.#isBodyPaused = false;
    if (isLast) this.closesAfter = true;
    if (this.isRequestComplete) this.#next();
    else if (this.closesAfter) this.end();
    else this.#goOn();
  }

  #next(): void {
    this.#exchange = undefined;
    if (this.closesAfter) this.end();
    else this.#goOn();
  }

  end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#held = undefined;
    // During a read its end comes first, with what is to be sent.
    if (this.#isReading) return;
    this.output.flush();
    this.transport.end();
  }

  reset(): void {
    if (this.#isClosed) return;
    this.output.flush();
    this.#isClosed = true;
    this.#held = undefined;
    this.transport.reset();
  }

  /** The client broke the rules: one sentence, and the end of the connection. */
  #refuse({ code, message }: WireError): void {
    const exchange = this.#exchange;
    this.closesAfter = true;
    exchange?.abortBody();
    if (exchange === undefined) this.#refuseHead(statusOf[code], message);
    else if (!exchange.isComplete) exchange.refuse(statusOf[code], message);
    // An answer that has begun, or is owed by nobody: there is nothing to be said any more.
    if (exchange !== undefined && !exchange.isComplete) this.reset();
    this.end();
  }

  #refuseHead(status: number, message: string): void {
    const body = JSON.stringify({ error: message });
    const length = Buffer.byteLength(body);
    const head = `HTTP/1.1 ${status} ${reasonOf(status)}\r\nDate: ${httpDate()}\r\n`;
    const framing = `Content-Length: ${length}\r\nConnection: close\r\n\r\n`;
    this.output.send(`${head}Content-Type: application/json\r\n${framing}`);
    this.output.send(Buffer.from(body));
    this.context.onAnswer?.({
      protocol: "HTTP/1.1",
      method: "",
      target: "",
      source: this.transport.connection.source,
      status,
      bodyBytes: length,
      tookMs: 0,
      isAborted: false,
    });
  }

  takeOver(reader: WireReader): void {
    if (this.#isInHead) this.#decoder.stop();
    this.#wireReader = reader;
    // What came ahead is told when whoever took over has got hold of the wire.
    if (this.#held !== undefined || this.#isPaused) queueMicrotask(() => this.#goOn());
  }

  writeWire(bytes: Uint8Array): boolean {
    if (this.#isClosed) return true;
    if (this.transport.unsentBytes > this.context.limits.maxUnsentBytes) {
      this.reset();
      return true;
    }
    return this.output.send(bytes);
  }

  onDrain(): void {
    this.#hasMoved = true;
    this.#exchange?.drained();
  }

  onEnd(): void {
    this.closesAfter = true;
    if (this.#isClosed) return;
    const exchange = this.#exchange;
    if (this.#wireReader?.onEnd !== undefined) this.#wireReader.onEnd();
    else if (this.#wireReader !== undefined) this.end();
    else if (exchange === undefined || !this.isRequestComplete) this.#endRequest();
    else if (this.context.leavesHalfClosed && !exchange.isHandedOver) this.reset();
  }

  /** What has come so far is all there is of the request. */
  #endRequest(): void {
    try {
      this.#decoder.end();
      this.end();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#refuse(error);
    }
  }

  onClose(): void {
    this.#isClosed = true;
    this.#held = undefined;
    this.#exchange?.goAway();
    this.#exchange = undefined;
    this.#wireReader?.onClose();
  }

  sweep(nowMs: number): void {
    const { idleTimeoutMs } = this.context.limits;
    this.#sweepHead(nowMs, idleTimeoutMs);
    if (this.#hasMoved) {
      this.#hasMoved = false;
      this.#quietSinceMs = nowMs;
      return;
    }
    // A client that does not take what was sent is the transport's to give up.
    if (idleTimeoutMs === 0 || this.#isClosed || this.transport.unsentBytes > 0) return;
    if (nowMs - this.#quietSinceMs >= idleTimeoutMs) this.#endQuiet();
  }

  /** A head that comes byte by byte has no more time than one that stands still. */
  #sweepHead(nowMs: number, idleTimeoutMs: number): void {
    if (this.#exchange !== undefined || this.#decoder.idle) return;
    this.#headSinceMs ??= nowMs;
    if (idleTimeoutMs > 0 && nowMs - this.#headSinceMs >= idleTimeoutMs) this.#endQuiet();
  }

  /** Nothing has come for too long. Whose turn was it? */
  #endQuiet(): void {
    const exchange = this.#exchange;
    if (this.#wireReader !== undefined) return;
    if (exchange === undefined) {
      const isWithinHead = !this.#decoder.idle;
      if (isWithinHead) this.#refuseHead(408, "Cannot wait longer for the rest of the head");
      this.end();
      return;
    }
    // A handler that owes an answer may take its time; a client that owes a body may not.
    const isOurTurn = this.isRequestComplete || this.#isBodyPaused;
    if (isOurTurn || !(exchange.hasReader || exchange.isComplete)) return;
    this.closesAfter = true;
    exchange.abortBody();
    if (!exchange.isComplete) {
      exchange.refuse(408, "Cannot wait longer for the rest of the body");
    }
    this.end();
  }

  announceStop(): void {
    this.#wireReader?.onStop?.();
  }

  finish(): void {
    this.closesAfter = true;
    // Also who has taken over since the stop was announced.
    this.#wireReader?.onStop?.();
    const isIdle = this.#exchange === undefined && this.#decoder.idle;
    if (isIdle && this.#held === undefined) this.end();
  }

  cut(): void {
    this.reset();
  }
}

const noBytes = new Uint8Array(0);

interface Decoding {
  readonly limits: RequestLimits;
  readonly memory: RequestMemory;
}

/** All connections of a server share what they decode with. */
function decodingOf(context: ServerContext): Decoding {
  let decoding = decodings.get(context);
  if (decoding === undefined) {
    const { maxHeadBytes, maxHeaders, maxBodyBytes } = context.limits;
    const limits: RequestLimits = {
      maxHeadBytes,
      maxHeaders,
      maxBodyBytes,
      maxChunkLineBytes: MAX_CHUNK_LINE_BYTES,
      maxTrailerBytes: MAX_TRAILER_BYTES,
    };
    decoding = { limits, memory: new RequestMemory(limits) };
    decodings.set(context, decoding);
  }
  return decoding;
}

const decodings: WeakMap<ServerContext, Decoding> = new WeakMap();
