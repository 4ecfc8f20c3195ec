import {
  type Field,
  type Http2Frame,
  http2Code,
  type ResponseLimits,
  WireError,
} from "@breakwater/wire";
import type { ExchangeRecord } from "./exchange-record.ts";
import { type Failure, failureForWireError } from "./failure.ts";
import { parseHttp2Head } from "./http2-head.ts";
import { type RequestSink, RequestWriter } from "./request-writer.ts";

/** The session that a stream belongs to. */
export interface StreamHost {
  readonly limits: ResponseLimits;
  /** Within a read, when it came. */
  nowMs(): number;
  /** Sends as much of the bytes from `offset` on as windows and socket have room for. */
  sendData(stream: Http2Stream, bytes: Uint8Array, offset: number): number;
  sendEnd(stream: Http2Stream): void;
  sendReset(stream: Http2Stream, code: number): void;
  sendWindowUpdate(streamId: number, bytes: number): void;
  /** The response is complete, or `stream.record.failure` says why not. */
  onStreamEnd(stream: Http2Stream): void;
}

/** How much a peer may send on a stream before it hears from us again; as Go's client has it. */
export const STREAM_WINDOW_BYTES: number = 4 * 1024 * 1024;

/** One exchange on an HTTP/2 session. */
export class Http2Stream implements RequestSink {
  readonly id: number;
  readonly record: ExchangeRecord;
  /** Bytes that the peer lets us send on this stream. */
  sendWindow: number;
  #host: StreamHost;
  #writer: RequestWriter | undefined;
  #receivedInWindow = 0;
  #interims = 0;
  #isEnded: boolean = false;

  constructor(id: number, record: ExchangeRecord, host: StreamHost, sendWindow: number) {
    this.id = id;
    this.record = record;
    this.#host = host;
    this.sendWindow = sendWindow;
  }

  /** Sends the body behind the head, as there is room. */
  beginBody(body: ReadableStream<Uint8Array> | Uint8Array): void {
    const { bodyBytes } = this.record.request;
    const rest = { head: noBytes, offset: 0, body, bodyBytes, isChunked: false };
    this.#writer = new RequestWriter(this, rest);
    this.#writer.resume();
  }

  /** There may be room again. */
  resume(): void {
    this.#writer?.resume();
  }

  /** Hot path. */
  onHeaders(fields: readonly Field[], isEnd: boolean): void {
    const { record } = this;
    if (record.firstByteMs < 0) record.firstByteMs = this.#host.nowMs();
    if (record.head === undefined) this.#takeHead(fields, isEnd);
    // Trailers, which k6 does not show.
    else if (isEnd) this.#complete();
    else this.#refuse("its trailers do not end it");
  }

  /** A DATA frame; `paddedBytes`: what counts for the window. Hot path. */
  onBody({ bytes, from, to }: Http2Frame, paddedBytes: number, isEnd: boolean): void {
    const { record } = this;
    record.bodyBytes += to - from;
    this.#receivedInWindow += paddedBytes;
    const { maxBodyBytes } = this.#host.limits;
    if (record.head === undefined) this.#refuse("its body came before its head");
    else if (record.bodyBytes > maxBodyBytes) {
      const message = this.message(`its body is too large: the limit is ${maxBodyBytes} bytes`);
      this.fail({ code: "too_large", message });
    } else if (this.#receivedInWindow > STREAM_WINDOW_BYTES) {
      const message = this.message("the server sent more than its window allows");
      const { flowControl } = http2Code;
      this.fail({ code: "http2_stream", message, http2Code: flowControl }, flowControl);
    } else {
      if (record.request.collectBody && from < to) record.collect(bytes, from, to);
      if (isEnd) this.#complete();
      else this.#openWindow();
    }
  }

  /** Ends it, for whatever the decoding of its frames threw. */
  failDecoding(error: WireError): void {
    const message = this.message(`${error.message} (${error.code})`);
    this.fail({ code: failureForWireError[error.code], message });
  }

  /** Ends it, and tells the server unless that is gone or began it. */
  fail(failure: Failure, resetCode: number | undefined = http2Code.cancel): void {
    if (this.#isEnded) return;
    if (resetCode !== undefined) this.#host.sendReset(this, resetCode);
    this.record.failure = failure;
    this.#end();
  }

  /** For the same request on another session: ends without a word to anyone. */
  abandon(): ExchangeRecord {
    this.#isEnded = true;
    this.#writer?.stop();
    return this.record;
  }

  message(reason: string): string {
    const { method, origin } = this.record.request;
    return `Cannot ${method} ${origin.key}: ${reason}`;
  }

  tryWrite(bytes: Uint8Array, offset: number): number {
    return this.#host.sendData(this, bytes, offset);
  }

  onSent(): void {
    this.#writer = undefined;
    this.#host.sendEnd(this);
  }

  onBodyFailed(reason: string): void {
    const message = this.message(`its body could not be read: ${reason}`);
    this.fail({ code: "body_stream_failed", message });
  }

  #takeHead(fields: readonly Field[], isEnd: boolean): void {
    try {
      const head = parseHttp2Head(fields);
      if (head.status >= 200) {
        this.record.head = head;
        if (isEnd) this.#complete();
      } else if (isEnd) this.#refuse("it ended with an interim response");
      else this.#countInterim();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.failDecoding(error);
    }
  }

  #countInterim(): void {
    this.#interims += 1;
    const { maxInterim } = this.#host.limits;
    if (this.#interims <= maxInterim) return;
    const message = `Cannot read more than ${maxInterim} interim responses: the limit is maxInterim`;
    throw new WireError("too_many_interim", message);
  }

  #openWindow(): void {
    if (this.#receivedInWindow < STREAM_WINDOW_BYTES / 2) return;
    this.#host.sendWindowUpdate(this.id, this.#receivedInWindow);
    this.#receivedInWindow = 0;
  }

  #complete(): void {
    const { head, bodyBytes, request } = this.record;
    const wantedBytes = head?.contentLength ?? bodyBytes;
    const hasBody = request.method !== "HEAD" && head?.status !== 304 && head?.status !== 204;
    if (hasBody && bodyBytes !== wantedBytes) {
      const code = bodyBytes < wantedBytes ? "closed_early" : "invalid_response";
      const message = this.message(`${bodyBytes} bytes of body came instead of ${wantedBytes}`);
      this.fail({ code, message });
      return;
    }
    // Answered before all was sent: the rest is not wanted.
    if (this.#writer !== undefined) this.#host.sendReset(this, http2Code.cancel);
    this.#end();
  }

  #refuse(reason: string): void {
    const message = this.message(`the response is malformed: ${reason}`);
    this.fail({ code: "invalid_response", message }, http2Code.protocol);
  }

  #end(): void {
    this.#isEnded = true;
    this.#writer?.stop();
    this.#writer = undefined;
    this.#host.onStreamEnd(this);
  }
}

const noBytes: Uint8Array = new Uint8Array(0);
