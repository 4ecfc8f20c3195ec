import {
  encodeFieldBlock,
  encodeResponseBlock,
  type Field,
  type Http2Frame,
  http2Code,
  http2Type,
  type ReceivedRequest,
} from "@breakwater/wire";
import type {
  Answer,
  AnswerBody,
  AnswerHead,
  BodyReader,
  Connection,
  Exchange,
} from "../exchange.ts";
import { PreparedAnswer } from "../prepared-answer.ts";
import { refuse } from "../refuse.ts";
import type { ServerContext } from "../transport.ts";
import { type AnswerTail, encodeAnswerBlock, isBodiless } from "./answer-block.ts";
import type { Http2Output, WaitingStream } from "./http2-output.ts";
import { IncomingBody, type IncomingBodyOwner } from "./incoming-body.ts";

/** The connection that a stream belongs to. */
export interface StreamHost {
  readonly connection: Connection;
  readonly context: ServerContext;
  readonly output: Http2Output;
  readonly tail: AnswerTail;
  /** Whether a body will still be sent, if one is. */
  readonly canReceive: boolean;
  /** Within a read, when it came; only known if the server's onAnswer is. */
  readonly readMs: number;
  /** Nothing more comes or goes on it. `isReset`: its client may not know yet. */
  onStreamClosed(stream: Http2Stream, isReset: boolean): void;
  /** Its answer is complete, or will never be. */
  onStreamAnswered(isAborted: boolean): void;
}

/**
 * "waiting" for an answer, of which the head was sent ("begun"), or all was given ("ending"), or
 * sent ("done").
 */
type State = "waiting" | "begun" | "ending" | "done";

/** One request on an HTTP/2 connection, and its answer. */
export class Http2Stream implements Exchange, AnswerBody, WaitingStream, IncomingBodyOwner {
  readonly id: number;
  readonly request: ReceivedRequest;
  sendWindow: number;
  isQueued: boolean = false;
  readonly #host: StreamHost;
  readonly #output: Http2Output;
  readonly #body: IncomingBody | undefined;
  readonly #startedMs: number;
  #state: State = "waiting";
  #isClosed: boolean = false;
  #status = 0;
  #sentBytes = 0;
  /** Of an answer whose length was told; otherwise NaN. */
  #leftBytes = Number.NaN;
  #hasNoBody: boolean = false;
  #isCutShort: boolean = false;
  #isRefused: boolean = false;
  /** What windows or transport have no room for; not copied. */
  #waiting: Uint8Array[] = noParts;
  #waitingFrom = 0;
  #waitingBytes = 0;
  #trailers: Uint8Array | undefined;
  #onDrained: (() => void) | undefined;
  #gone: (() => void)[] | undefined;
  /** What had moved at the last sweep, and since when that is so. */
  #movedBytes = 0;
  #stillSinceMs = 0;

  constructor(id: number, request: ReceivedRequest, host: StreamHost, sendWindow: number) {
    this.id = id;
    this.request = request;
    this.sendWindow = sendWindow;
    this.#host = host;
    this.#output = host.output;
    this.#body = request.hasBody ? new IncomingBody(this) : undefined;
    this.#startedMs = host.readMs;
  }

  get connection(): Connection {
    return this.#host.connection;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get maxBodyBytes(): number {
    return this.#host.context.limits.maxBodyBytes;
  }

  readBody(reader: BodyReader): void {
    const body = this.#body;
    if (body === undefined) reader.onEnd([]);
    else if (this.#isClosed || !this.#host.canReceive) reader.onAbort();
    else if (!body.hasReader) {
      if (this.#state === "waiting" && this.#awaitsContinue()) this.interim(100);
      body.read(reader);
    }
  }

  pauseBody(): void {
    this.#body?.pause();
  }

  resumeBody(): void {
    this.#body?.resume();
  }

  interim(status: number, fields: readonly Field[] = []): boolean {
    if (this.#state === "waiting") {
      this.#output.headers(this.id, encodeResponseBlock(status, fields), noBytes, false);
    }
    return true;
  }

  /** Hot path. */
  respond(answer: Answer | PreparedAnswer): void {
    if (this.#state !== "waiting") return;
    if (answer instanceof PreparedAnswer) {
      const { answer: head, body } = answer;
      answer.http2Block ??= encodeAnswerBlock(head, body.length);
      this.#respond(head.status, answer.http2Block, body);
      return;
    }
    const { body = noBytes } = answer;
    const bytes = typeof body === "string" ? utf8.encode(body) : body;
    this.#respond(answer.status, encodeAnswerBlock(answer, bytes.length), bytes);
  }

  #respond(status: number, block: Uint8Array, body: Uint8Array): void {
    this.#begin(status, block, body.length === 0);
    this.#state = "ending";
    if (this.#hasNoBody) this.#complete();
    else {
      const sent = this.#trySend(body, true);
      if (sent === body.length) this.#complete();
      else this.#keep(body, sent);
    }
  }

  begin(head: AnswerHead): AnswerBody {
    if (this.#state !== "waiting") return this;
    this.#begin(head.status, encodeAnswerBlock(head, head.contentLength), false);
    this.#leftBytes = head.contentLength ?? Number.NaN;
    this.#state = "begun";
    return this;
  }

  #begin(status: number, block: Uint8Array, isEmpty: boolean): void {
    this.#hasNoBody = isEmpty || isBodiless(status) || this.request.method === "HEAD";
    this.#status = status;
    this.#output.headers(this.id, block, this.#host.tail.block(), this.#hasNoBody);
  }

  write(bytes: Uint8Array): boolean {
    if (this.#state !== "begun" || this.#hasNoBody || bytes.length === 0) return true;
    if (bytes.length > this.#leftBytes) {
      const left = this.#leftBytes;
      throw new Error(`Cannot write beyond the Content-Length: ${left} bytes are left`);
    }
    this.#leftBytes -= bytes.length;
    const { maxUnsentBytes } = this.#host.context.limits;
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes.length > maxUnsentBytes) {
      this.cut(http2Code.internal);
      return true;
    }
    const sent = this.#waitingBytes > 0 ? 0 : this.#trySend(bytes, false);
    if (sent === bytes.length) return true;
    this.#keep(bytes, sent);
    return false;
  }

  onDrain(drained: () => void): void {
    this.#onDrained = drained;
  }

  end(trailers: readonly Field[] = []): void {
    if (this.#state !== "begun") return;
    if (this.#leftBytes > 0 && !this.#hasNoBody) {
      this.abort();
      return;
    }
    if (trailers.length > 0) this.#trailers = encodeFieldBlock(trailers);
    this.#state = "ending";
    if (this.#waitingBytes === 0) this.#finish();
  }

  abort(): void {
    if (this.#state !== "begun") return;
    this.#state = "ending";
    this.#isCutShort = true;
    if (this.#waitingBytes === 0) this.#finish();
  }

  takeOver(): undefined {
    return undefined;
  }

  reset(): void {
    if (this.#state === "done") return;
    this.#sendReset(http2Code.internal);
    this.#settle(true);
    this.#body?.skip();
    this.#close(true);
  }

  onAbort(gone: () => void): void {
    if (this.#state === "done") return;
    this.#gone ??= [];
    this.#gone.push(gone);
  }

  openWindow(bytes: number): void {
    this.#output.number(http2Type.windowUpdate, this.id, bytes);
  }

  /** The handler threw. */
  fail(): void {
    if (this.#state === "waiting") {
      refuse(this, 500, "Cannot answer: the server made a mistake, which is in its log");
    } else this.cut(http2Code.internal);
  }

  /** Answers 413 in the handler's stead, if it has not begun, and takes no more of the body. */
  refuseBody(): void {
    if (this.#state !== "waiting") {
      this.cut(http2Code.cancel);
      return;
    }
    const gone = this.#gone ?? [];
    this.#isRefused = true;
    refuse(this, 413, `Cannot take the body: the limit is ${this.maxBodyBytes} bytes`);
    this.#body?.abort();
    for (const tell of gone) tell();
  }

  /** Ends it, tells the client why, and the handler that it is over. */
  cut(code: number): void {
    if (this.#isClosed) return;
    this.#sendReset(code);
    this.goAway(true);
  }

  /** The client is gone, or was told that this is over. */
  goAway(isReset: boolean): void {
    if (this.#isClosed) return;
    const gone = this.#gone ?? [];
    if (this.#state !== "done") this.#settle(true);
    this.#close(isReset);
    this.#body?.abort();
    for (const tell of gone) tell();
  }

  /** A DATA frame. Returns the code to reset it with, if it is wrong. Hot path. */
  takeData(frame: Http2Frame, paddedBytes: number, isEnd: boolean): number | undefined {
    const body = this.#body;
    if (body === undefined || body.isEnded) return http2Code.streamClosed;
    switch (body.take(frame, paddedBytes, this.#state === "done")) {
      case "beyond window":
        return http2Code.flowControl;
      case "wrong length":
        return http2Code.protocol;
      case "beyond limit":
        this.refuseBody();
        return undefined;
      case "taken":
        if (isEnd) return this.#endBody([]);
        if (this.#state === "done") this.#closeIfDone();
        return undefined;
    }
  }

  /** The trailers; as takeData(). */
  takeTrailers(trailers: readonly Field[]): number | undefined {
    const body = this.#body;
    if (body === undefined || body.isEnded) return http2Code.streamClosed;
    return this.#endBody(trailers);
  }

  #endBody(trailers: readonly Field[]): number | undefined {
    if (this.#body?.end(trailers) === false) return http2Code.protocol;
    this.#closeIfDone();
    return undefined;
  }

  /** The client sends nothing any more, though the body has not ended. */
  loseBody(): void {
    if (this.#body === undefined || this.#body.isEnded) return;
    this.#body.abort();
    this.#body.isEnded = true;
    this.#closeIfDone();
  }

  /** The client has opened its window. */
  resume(): void {
    if (this.#waitingBytes > 0 && this.sendWindow > 0) this.#output.enqueue(this);
  }

  sendMore(maxBytes: number): boolean {
    let room = maxBytes;
    while (room > 0 && this.#waitingBytes > 0) {
      const part = this.#waiting[0]!;
      const to = Math.min(part.length, this.#waitingFrom + room);
      const isLast = to === this.#waitingFrom + this.#waitingBytes && this.#endsWithBody();
      const sent = this.#send(part, this.#waitingFrom, to, isLast);
      if (sent === 0) break;
      room -= sent;
      this.#waitingFrom += sent;
      this.#waitingBytes -= sent;
      if (this.#waitingFrom < part.length) continue;
      this.#waiting.shift();
      this.#waitingFrom = 0;
    }
    if (this.#waitingBytes > 0) return this.sendWindow > 0;
    if (this.#state !== "ending") this.#onDrained?.();
    else if (this.#endsWithBody()) this.#complete();
    else this.#finish();
    return false;
  }

  /** Whether the client has held it up for so long. */
  isStuck(nowMs: number, limits: { readonly bodyMs: number; readonly answerMs: number }): boolean {
    const movedBytes = this.#sentBytes + (this.#body?.receivedBytes ?? 0);
    const isSending = this.#waitingBytes > 0;
    const isAwaited = this.#body?.isAwaited === true || (this.#state === "done" && !this.#isClosed);
    if (movedBytes !== this.#movedBytes || (!isSending && !isAwaited)) {
      this.#movedBytes = movedBytes;
      this.#stillSinceMs = nowMs;
    }
    return nowMs - this.#stillSinceMs >= (isSending ? limits.answerMs : limits.bodyMs);
  }

  #trySend(bytes: Uint8Array, isLast: boolean): number {
    return this.#output.canSendData ? this.#send(bytes, 0, bytes.length, isLast) : 0;
  }

  #send(bytes: Uint8Array, from: number, to: number, isLast: boolean): number {
    const sent = this.#output.data(this, bytes, from, to, isLast);
    this.#sentBytes += sent;
    return sent;
  }

  #keep(bytes: Uint8Array, from: number): void {
    if (this.#waitingBytes === 0) {
      this.#waiting = [];
      this.#waitingFrom = from;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length - from;
    this.resume();
  }

  #endsWithBody(): boolean {
    return this.#state === "ending" && this.#trailers === undefined && !this.#isCutShort;
  }

  /** All of the body is sent. */
  #finish(): void {
    if (this.#isCutShort && !this.#hasNoBody) {
      this.#sendReset(http2Code.internal);
      this.#settle(true);
      this.#close(true);
      return;
    }
    if (this.#trailers !== undefined && !this.#hasNoBody) {
      this.#output.headers(this.id, this.#trailers, noBytes, true);
    } else if (!this.#hasNoBody) this.#output.end(this.id);
    this.#complete();
  }

  #complete(): void {
    this.#settle(false);
    this.#closeIfDone();
  }

  /** Both sides are done; or ours is, and the rest of the body is too long to be skipped. */
  #closeIfDone(): void {
    if (this.#state !== "done" || this.#isClosed) return;
    const body = this.#body;
    if (body === undefined || body.isEnded) this.#close(false);
    else if (!body.hasReader || this.#isRefused) {
      body.skip();
      if (!this.#isRefused && !body.isLong && !this.#awaitsContinue()) return;
      this.#sendReset(http2Code.none);
      this.#close(true);
    }
  }

  #awaitsContinue(): boolean {
    if (this.#body === undefined || this.#body.receivedBytes > 0) return false;
    return this.request.header("expect")?.toLowerCase() === "100-continue";
  }

  #sendReset(code: number): void {
    const isOver = this.#hasNoBody && this.#body?.isEnded !== false;
    if (!isOver) this.#output.number(http2Type.rstStream, this.id, code);
  }

  #close(isReset: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#host.onStreamClosed(this, isReset && this.#body?.isEnded === false);
  }

  #settle(isAborted: boolean): void {
    this.#state = "done";
    this.#waiting = noParts;
    this.#waitingBytes = 0;
    this.#onDrained = undefined;
    this.#gone = undefined;
    const { context } = this.#host;
    context.inFlight -= 1;
    context.answered += 1;
    this.#host.onStreamAnswered(isAborted);
    context.onAnswer?.({
      protocol: this.request.protocol,
      method: this.request.method,
      target: this.request.target,
      source: this.#host.connection.source,
      status: this.#status,
      bodyBytes: this.#sentBytes,
      tookMs: context.clock.nowMs() - this.#startedMs,
      isAborted,
    });
  }
}

const noBytes: Uint8Array = new Uint8Array(0);
const noParts: Uint8Array[] = [];
const utf8 = new TextEncoder();
