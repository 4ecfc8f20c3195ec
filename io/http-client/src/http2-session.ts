import {
  encodeHeaders,
  encodeHttp2Frame,
  encodeNumbers,
  encodeRequestBlock,
  encodeSettings,
  type Field,
  Http2Error,
  type Http2Frame,
  http2Code,
  http2Flag,
  http2Type,
  type ResponseLimits,
  WireError,
} from "@breakwater/wire";
import type { Socket } from "bun";
import type { Engine } from "./connection.ts";
import type { Swept } from "./deadline-sweep.ts";
import { tlsFailureCode } from "./dial-failure.ts";
import type { Dialled } from "./dialler.ts";
import type { OutgoingRequest } from "./exchange.ts";
import { canRepeat, crash, endExchange, hasWholeBody } from "./exchange-end.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import type { Failure } from "./failure.ts";
import { http2CodeName } from "./http2-codes.ts";
import { assertWindow, type Http2Events, Http2Input } from "./http2-input.ts";
import { Http2Outbox, type OutboxOwner } from "./http2-outbox.ts";
import { PeerSettings, settingId } from "./http2-settings.ts";
import { Http2Stream, STREAM_WINDOW_BYTES, type StreamHost } from "./http2-stream.ts";
import type { Origin } from "./parse-url.ts";

/** The pool that a session belongs to. */
export interface SessionOwner {
  /** No stream is left; false when the session is not to be used again. */
  tryKeepSession(session: Http2Session): boolean;
  onSessionClosed(session: Http2Session): void;
  /** Sends the same request again, over another connection. */
  retry(record: ExchangeRecord): void;
}

/** What a session takes over from the connection that was made for it. */
export interface OpenSocket {
  readonly socket: Socket<Dialled>;
  readonly origin: Origin;
  readonly tlsVersion: string | undefined;
  readonly tlsCipher: string | undefined;
}

/** Of one DATA or HEADERS frame: every peer takes that much (RFC 9113 4.2). */
const MAX_PAYLOAD_BYTES = 16_384;
/** What the peer may send on all streams together, beyond the 65,535 it starts with. */
const SESSION_WINDOW_BYTES = 2 ** 30;
/** Answers to a peer that floods us with PING or SETTINGS and reads nothing. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** After that the peer wants another session (RFC 9113 5.1.1). */
const LAST_STREAM_ID = 0x7fff_ffff;

/**
 * One VU's HTTP/2 connection to an origin, and the requests under way on it.
 *
 * Hot path, from open() to the listener's onEnd: one write, one read, a few hundred bytes allocated
 * per request; 64 sessions make some 60,000 requests/s on a core.
 */
export class Http2Session implements Dialled, Swept, Http2Events, OutboxOwner, StreamHost {
  readonly origin: Origin;
  readonly alpn = "h2";
  readonly proxy = undefined;
  readonly localAddress = undefined;
  readonly limits: ResponseLimits;
  sweepSlot = -1;
  readonly #engine: Engine;
  readonly #owner: SessionOwner;
  readonly #socket: Socket<Dialled>;
  readonly #tls: Pick<OpenSocket, "tlsVersion" | "tlsCipher">;
  readonly #remote: { readonly address: string; readonly port: number };
  readonly #streams = new Map<number, Http2Stream>();
  readonly #outbox: Http2Outbox;
  readonly #input: Http2Input;
  readonly #peer = new PeerSettings();
  /** Those whose body is not all sent. */
  #uploads: Set<Http2Stream> | undefined;
  #nextId = 1;
  #isClosed: boolean = false;
  /** The peer's GOAWAY: its code. No stream is opened any more. */
  #goAwayCode: number | undefined;
  #sendWindow = 65_535;
  #receivedInWindow = 0;
  /** Streams whose last frame waits to be written. */
  #ending: Http2Stream[] = [];
  /** Bytes of frames that belong to no stream: the next exchange that ends counts them. */
  #sharedSentBytes = 0;
  #sharedReceivedBytes = 0;
  #readMs: number | undefined;
  /** The request sent last, often again. */
  #lastRequest: OutgoingRequest | undefined;
  #lastBlock: Uint8Array = preface;

  constructor(engine: Engine, owner: SessionOwner, open: OpenSocket) {
    const { socket, origin } = open;
    this.#engine = engine;
    this.#owner = owner;
    this.#socket = socket;
    this.#tls = open;
    this.#remote = { address: socket.remoteAddress, port: socket.remotePort };
    this.origin = origin;
    this.limits = engine.limits;
    this.#input = new Http2Input(this, engine.limits, engine.textMemory);
    this.#outbox = new Http2Outbox(socket, this);
    socket.data = this;
    engine.sweep.add(this);
    this.#greet();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isIdle(): boolean {
    return this.#streams.size === 0;
  }

  /** Whether open() may be called. */
  get hasRoom(): boolean {
    return (
      !this.#isClosed &&
      this.#goAwayCode === undefined &&
      this.#streams.size < this.#peer.maxStreams &&
      this.#nextId <= LAST_STREAM_ID
    );
  }

  /** Sends a request on a stream of its own. Hot path. */
  open(record: ExchangeRecord): void {
    const { request } = record;
    const block = this.#blockOf(request);
    const stream = new Http2Stream(this.#nextId, record, this, this.#peer.initialWindow);
    this.#nextId += 2;
    this.#streams.set(stream.id, stream);
    record.isReused = stream.id > 1;
    record.readyMs = this.nowMs();
    record.remoteAddress = this.#remote.address;
    record.remotePort = this.#remote.port;
    record.tlsVersion = this.#tls.tlsVersion;
    record.tlsCipher = this.#tls.tlsCipher;
    const options = { isEnd: request.body === undefined, maxPayloadBytes: MAX_PAYLOAD_BYTES };
    for (const frame of encodeHeaders(stream.id, block, options)) this.#send(frame, stream);
    if (request.body === undefined) this.#ending.push(stream);
    else {
      this.#uploads ??= new Set();
      this.#uploads.add(stream);
      stream.beginBody(request.body);
    }
  }

  interrupt(): void {
    for (const stream of [...this.#streams.values()]) {
      stream.fail({ code: "interrupted", message: stream.message("interrupted") });
    }
  }

  /** Gives up a session that is idle. */
  close(): void {
    this.#shut("gracefully");
  }

  nowMs(): number {
    return this.#readMs ?? this.#engine.clock.nowMs();
  }

  /** Hot path. */
  onData(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#engine.totals.bytesReceived += bytes.length;
    this.#readMs = this.#engine.clock.nowMs();
    try {
      this.#input.push(bytes);
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      this.#failAll(error);
    }
    this.#readMs = undefined;
  }

  onBytes(streamId: number, bytes: number): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) this.#sharedReceivedBytes += bytes;
    else stream.record.bytesReceived += bytes;
  }

  isKnown(streamId: number): boolean {
    return streamId % 2 === 1 && streamId < this.#nextId;
  }

  onHeaders(streamId: number, fields: readonly Field[] | WireError, isEnd: boolean): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    if (fields instanceof WireError) stream.failDecoding(fields);
    else stream.onHeaders(fields, isEnd);
  }

  onBody(frame: Http2Frame, paddedBytes: number, isEnd: boolean): void {
    this.#receivedInWindow += paddedBytes;
    if (this.#receivedInWindow >= SESSION_WINDOW_BYTES / 2) {
      this.sendWindowUpdate(0, this.#receivedInWindow);
      this.#receivedInWindow = 0;
    }
    const stream = this.#streams.get(frame.streamId);
    stream?.onBody(frame, paddedBytes, isEnd);
  }

  onReset(streamId: number, code: number): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    const { record } = stream;
    // Refused is not processed (RFC 9113 8.7), whatever the method is.
    const isSafe = code === http2Code.refused && hasWholeBody(record.request);
    if (isSafe && !record.isRetried) {
      this.#retry(stream);
      return;
    }
    const message = stream.message(`the server reset the stream (${http2CodeName(code)})`);
    stream.fail({ code: "http2_stream", message, http2Code: code }, undefined);
  }

  onSettings(frame: Http2Frame): void {
    const before = this.#peer.initialWindow;
    const wrong = this.#peer.tryTake(frame);
    if (wrong !== undefined) throw new Http2Error(wrong, "its SETTINGS are invalid");
    const change = this.#peer.initialWindow - before;
    for (const stream of this.#streams.values()) {
      stream.sendWindow += change;
      assertWindow(stream.sendWindow);
    }
    const ack = { type: http2Type.settings, flags: http2Flag.ack, streamId: 0 };
    this.#answer(encodeHttp2Frame(ack, noBytes));
    if (change > 0) this.#resumeWriters();
  }

  onPing(payload: Uint8Array): void {
    const ack = { type: http2Type.ping, flags: http2Flag.ack, streamId: 0 };
    this.#answer(encodeHttp2Frame(ack, payload));
  }

  /** What the server has not processed goes to another session, once. */
  onGoAway(lastStreamId: number, code: number): void {
    this.#goAwayCode = code;
    for (const stream of [...this.#streams.values()]) {
      if (stream.id <= lastStreamId) continue;
      const { record } = stream;
      const isOurFault = stream.id === 1 && code !== http2Code.none;
      if (!isOurFault && !record.isRetried && hasWholeBody(record.request)) this.#retry(stream);
      else stream.fail(lossOf(stream, code, undefined), undefined);
    }
    if (this.isIdle) this.#onIdle();
  }

  onWindowUpdate(streamId: number, bytes: number): void {
    if (streamId === 0) {
      this.#sendWindow += bytes;
      assertWindow(this.#sendWindow);
      this.#resumeWriters();
      return;
    }
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    stream.sendWindow += bytes;
    assertWindow(stream.sendWindow);
    stream.resume();
  }

  onDrain(): void {
    this.#outbox.flush();
  }

  onWritten(bytes: number): void {
    this.#engine.totals.bytesSent += bytes;
  }

  onFlushed(): void {
    const nowMs = this.#engine.clock.nowMs();
    for (const { record } of this.#ending) record.sentMs = nowMs;
    this.#ending = [];
    this.#resumeWriters();
  }

  onGone(): void {
    queueMicrotask(() => this.onLost(undefined));
  }

  onLost(error: Error | undefined): void {
    if (this.#isClosed) return;
    const goAwayCode = this.#goAwayCode;
    const streams = this.#shut("at once");
    for (const stream of streams) {
      const { record } = stream;
      if (record.isReused && record.firstByteMs < 0 && !record.isRetried && canRepeat(record)) {
        this.#retry(stream);
      } else stream.fail(lossOf(stream, goAwayCode, error), undefined);
    }
  }

  onSocketError(error: Error): void {
    if (!("code" in error)) crash(error);
    else if (!this.#isClosed) {
      for (const stream of this.#shut("at once")) {
        stream.fail(
          { code: tlsFailureCode(error.message), message: stream.message(error.message) },
          undefined,
        );
      }
    }
  }

  onDialStart(): void {}
  onAddress(): void {}
  onDialFailed(): void {}
  onOpen(): void {}
  onHandshake(): void {}

  checkDeadline(nowMs: number): void {
    for (const stream of [...this.#streams.values()]) {
      const { request, startedMs, sentMs, firstByteMs } = stream.record;
      const { timeoutMs, firstByteTimeoutMs = Number.POSITIVE_INFINITY } = request;
      if (nowMs - startedMs >= timeoutMs) {
        const where = firstByteMs < 0 ? "waiting for the response" : "receiving the response";
        const message = stream.message(`not done within ${timeoutMs} ms, while ${where}`);
        stream.fail({ code: "timeout", message });
      } else if (sentMs >= 0 && firstByteMs < 0 && nowMs - sentMs >= firstByteTimeoutMs) {
        const message = stream.message(`no response within ${firstByteTimeoutMs} ms`);
        stream.fail({ code: "first_byte_timeout", message });
      }
    }
  }

  sendData(stream: Http2Stream, bytes: Uint8Array, offset: number): number {
    let at = offset;
    while (at < bytes.length && !this.#outbox.isFull && !this.#isClosed) {
      const room = Math.min(this.#sendWindow, stream.sendWindow, MAX_PAYLOAD_BYTES);
      const to = Math.min(bytes.length, at + room);
      if (to <= at) break;
      const frame = { type: http2Type.data, flags: 0, streamId: stream.id };
      this.#send(encodeHttp2Frame(frame, bytes.subarray(at, to)), stream);
      this.#sendWindow -= to - at;
      stream.sendWindow -= to - at;
      at = to;
    }
    return at - offset;
  }

  sendEnd(stream: Http2Stream): void {
    const frame = { type: http2Type.data, flags: http2Flag.endStream, streamId: stream.id };
    this.#send(encodeHttp2Frame(frame, noBytes), stream);
    this.#uploads?.delete(stream);
    this.#ending.push(stream);
  }

  sendReset(stream: Http2Stream, code: number): void {
    if (!this.#isClosed) this.#send(encodeNumbers(http2Type.rstStream, stream.id, code), stream);
  }

  sendWindowUpdate(streamId: number, bytes: number): void {
    this.#send(encodeNumbers(http2Type.windowUpdate, streamId, bytes), undefined);
  }

  onStreamEnd(stream: Http2Stream): void {
    const { record } = stream;
    this.#streams.delete(stream.id);
    this.#uploads?.delete(stream);
    record.bytesSent += this.#sharedSentBytes;
    record.bytesReceived += this.#sharedReceivedBytes;
    this.#sharedSentBytes = 0;
    this.#sharedReceivedBytes = 0;
    const nowMs = this.nowMs();
    if (this.isIdle) this.#onIdle();
    this.#engine.sweep.end();
    endExchange(record, nowMs);
  }

  #onIdle(): void {
    if (this.#isClosed) return;
    const isLast = this.#goAwayCode !== undefined || !this.#owner.tryKeepSession(this);
    if (isLast) this.#shut("gracefully");
  }

  #greet(): void {
    this.#send(preface, undefined);
    const settings = [
      [settingId.enablePush, 0],
      [settingId.initialWindowSize, STREAM_WINDOW_BYTES],
      [settingId.maxHeaderListSize, this.limits.maxHeadBytes],
    ] as const;
    this.#send(encodeSettings(settings), undefined);
    this.sendWindowUpdate(0, SESSION_WINDOW_BYTES);
  }

  #blockOf(request: OutgoingRequest): Uint8Array {
    if (request === this.#lastRequest) return this.#lastBlock;
    const { method, path, authority, fields } = request;
    if (path === undefined || authority === undefined || fields === undefined) {
      throw new TypeError(`Cannot ${method} over HTTP/2: give its fields, path and authority`);
    }
    const scheme = this.origin.secure ? "https" : "http";
    this.#lastBlock = encodeRequestBlock({ method, scheme, authority, path, fields });
    this.#lastRequest = request;
    return this.#lastBlock;
  }

  #send(frame: Uint8Array, stream: Http2Stream | undefined): void {
    if (this.#isClosed) return;
    if (stream === undefined) this.#sharedSentBytes += frame.length;
    else stream.record.bytesSent += frame.length;
    this.#outbox.add(frame);
  }

  #resumeWriters(): void {
    if (this.#uploads === undefined) return;
    for (const stream of [...this.#uploads]) stream.resume();
  }

  /** To what the peer sends again and again without reading. */
  #answer(frame: Uint8Array): void {
    if (this.#outbox.waitingBytes > MAX_WAITING_BYTES) {
      throw new Http2Error(http2Code.enhanceYourCalm, "it does not read what it asked for");
    }
    this.#send(frame, undefined);
  }

  #retry(stream: Http2Stream): void {
    this.#streams.delete(stream.id);
    this.#uploads?.delete(stream);
    const record = stream.abandon();
    record.retry();
    if (this.isIdle) this.#onIdle();
    this.#owner.retry(record);
  }

  /** Our verdict on the peer: it is told, and nothing more is heard from it. */
  #failAll(error: Http2Error): void {
    this.#send(encodeNumbers(http2Type.goAway, 0, 0, error.http2Code), undefined);
    this.#outbox.flush();
    for (const stream of this.#shut("gracefully")) {
      const message = stream.message(
        `the server broke the protocol: ${error.message} (${http2CodeName(error.http2Code)})`,
      );
      const { http2Code: code } = error;
      stream.fail({ code: "http2_connection", message, http2Code: code }, undefined);
    }
  }

  /** Returns the streams that are left without a connection. */
  #shut(how: "gracefully" | "at once"): Http2Stream[] {
    if (this.#isClosed) return [];
    this.#isClosed = true;
    this.#engine.sweep.remove(this);
    this.#owner.onSessionClosed(this);
    this.#outbox.stop();
    // Over TLS end() would wait for the peer's leave.
    if (how === "at once" && this.origin.secure) this.#socket.terminate();
    else this.#socket.end();
    return [...this.#streams.values()];
  }
}

const noBytes: Uint8Array = new Uint8Array(0);

/** RFC 9113 3.4. */
const preface: Uint8Array = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** What a stream fails with when its connection is lost. */
function lossOf(
  stream: Http2Stream,
  goAwayCode: number | undefined,
  error: Error | undefined,
): Failure {
  if (goAwayCode !== undefined) {
    const message = stream.message(`the server sent GOAWAY (${http2CodeName(goAwayCode)})`);
    return { code: "http2_goaway", message, http2Code: goAwayCode };
  }
  if (error !== undefined) {
    const message = stream.message(`the peer reset the connection (${error.message})`);
    return { code: "reset", message };
  }
  return { code: "closed_early", message: stream.message("the server closed the connection") };
}
