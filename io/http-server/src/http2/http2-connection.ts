import {
  type Field,
  Http2Error,
  type Http2Frame,
  Http2RequestDecoder,
  http2Code,
  http2Type,
  parseTrailerFields,
  type ReceivedRequest,
  statusOf,
  WireError,
} from "@breakwater/wire";
import type { Connection } from "../exchange.ts";
import {
  type ProtocolConnection,
  type ProtocolFactory,
  runHandler,
  type ServerContext,
  type Transport,
} from "../transport.ts";
import { type AnswerTail, encodeAnswerBlock } from "./answer-block.ts";
import { FloodGuard } from "./flood-guard.ts";
import type { Gather } from "./gather.ts";
import { type HeaderBlock, type Http2Events, Http2Input } from "./http2-input.ts";
import { Http2Output } from "./http2-output.ts";
import {
  CONNECTION_WINDOW_BYTES,
  MAX_WINDOW_BYTES,
  PeerSettings,
  TABLE_BYTES,
} from "./http2-settings.ts";
import { Http2Stream, type StreamHost } from "./http2-stream.ts";
import { serverMemory } from "./server-memory.ts";

/** HTTP/2 (RFC 9113) on one connection, by ALPN or prior knowledge. */
export const http2Connection: ProtocolFactory = (transport, context) =>
  new Http2Connection(transport, context);

/** For "no stream is refused yet" (RFC 9113 6.8). */
const LAST_STREAM_ID = 0x7fff_ffff;
/** Streams that we reset, of which clients may still send what was under way. */
const MAX_RESET_IDS = 1024;
/**
 * An answer that no byte of is taken for so long is cut. More than the idle timeout: a slow reader
 * empties the kernel's buffer of 4 MB before we hear of it.
 */
const MIN_STUCK_MS = 60_000;
/** A client that opens its windows by less makes us send frames of next to nothing. */
const SMALL_WINDOW_BYTES = 256;

/**
 * The streams of a connection, and what concerns all of them.
 *
 * Hot path: a request that is answered at once is one object, and never in the map; the answers of
 * one read are one write.
 */
class Http2Connection implements ProtocolConnection, Http2Events, StreamHost {
  readonly context: ServerContext;
  readonly output: Http2Output;
  readonly tail: AnswerTail;
  readMs = 0;
  readonly #transport: Transport;
  readonly #gather: Gather;
  readonly #peer = new PeerSettings();
  readonly #guard = new FloodGuard();
  readonly #input: Http2Input;
  readonly #decoder: Http2RequestDecoder;
  readonly #streams = new Map<number, Http2Stream>();
  readonly #resetIds = new Set<number>();
  #lastId = -1;
  /** The client left out a number, so that not all below the last were open. */
  #hasSkipped: boolean = false;
  #window = CONNECTION_WINDOW_BYTES;
  #isClosed: boolean = false;
  #isReceiving: boolean = true;
  #isAnnounced: boolean = false;
  #isFinishing: boolean = false;
  /** A handler is being called, whose stream is not among the others yet. */
  #isAnswering: boolean = false;
  /** Since the last sweep something came. */
  #hasMoved: boolean = true;
  #stillSinceMs = 0;
  /** The header block that was open at the last sweep, and since when. */
  #openStreamId = 0;
  #openSinceMs = 0;

  constructor(transport: Transport, context: ServerContext) {
    const { requests, gather, tail, greeting } = serverMemory(context);
    const { maxHeadBytes, maxHeaders } = context.limits;
    this.context = context;
    this.tail = tail;
    this.#transport = transport;
    this.#gather = gather;
    this.output = new Http2Output(transport, gather, this.#peer);
    this.#input = new Http2Input(this, this.#guard, 2 * maxHeadBytes);
    this.#decoder = new Http2RequestDecoder(
      { maxTableBytes: TABLE_BYTES, maxHeadBytes, maxHeaders },
      requests,
    );
    this.output.raw(greeting);
  }

  get connection(): Connection {
    return this.#transport.connection;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get canReceive(): boolean {
    return this.#isReceiving && !this.#isClosed;
  }

  /** Hot path. */
  onData(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#hasMoved = true;
    if (this.context.onAnswer !== undefined) this.readMs = this.context.clock.nowMs();
    this.#gather.hold();
    try {
      this.#input.push(bytes);
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      this.#fail(error.http2Code);
    } finally {
      this.#gather.release();
    }
    this.#keepWithinLimit();
  }

  onDrain(): void {
    this.#hasMoved = true;
    this.output.onDrain();
  }

  /** What is under way may still be answered; a body that is not all here will not be. */
  onEnd(): void {
    if (this.context.leavesHalfClosed) {
      this.cut();
      return;
    }
    this.#isReceiving = false;
    this.#isFinishing = true;
    for (const stream of this.#streams.values()) stream.loseBody();
    this.#endIfIdle();
  }

  onClose(): void {
    if (this.#isClosed && this.#streams.size === 0) return;
    this.#isClosed = true;
    this.#dropStreams();
  }

  sweep(nowMs: number): void {
    this.#guard.forgive();
    const { idleTimeoutMs } = this.context.limits;
    if (this.#hasMoved || this.#streams.size > 0) this.#stillSinceMs = nowMs;
    this.#hasMoved = false;
    if (idleTimeoutMs === 0 || this.#isClosed) return;
    this.#sweepStreams(nowMs, idleTimeoutMs);
    if (this.#isHeadLate(nowMs, idleTimeoutMs)) this.#fail(http2Code.enhanceYourCalm);
    else if (nowMs - this.#stillSinceMs >= idleTimeoutMs) this.#close(http2Code.none);
  }

  announceStop(): void {
    if (this.#isAnnounced || this.#isClosed) return;
    this.#isAnnounced = true;
    this.output.goAway(LAST_STREAM_ID, http2Code.none);
  }

  finish(): void {
    if (this.#isFinishing || this.#isClosed) return;
    this.#isFinishing = true;
    this.#isAnnounced = true;
    this.output.goAway(Math.max(0, this.#lastId), http2Code.none);
    this.#endIfIdle();
  }

  cut(): void {
    this.#isClosed = true;
    this.#transport.reset();
    this.#dropStreams();
  }

  /** Hot path. */
  onHeaders(block: HeaderBlock): void {
    if (block.streamId > this.#lastId) this.#open(block);
    else this.#takeTrailers(block);
  }

  #open({ streamId, isEnd, bytes, from, to }: HeaderBlock): void {
    if (streamId % 2 === 0) {
      throw new Http2Error(http2Code.protocol, "it opens a stream that is not its own");
    }
    if (streamId !== this.#lastId + 2) this.#hasSkipped = true;
    this.#lastId = streamId;
    let request: ReceivedRequest;
    try {
      request = this.#decoder.decode(bytes, from, to, !isEnd);
    } catch (error) {
      this.#refuse(streamId, error, isEnd);
      return;
    }
    if (this.#streams.size >= this.context.limits.maxStreams || this.#isFinishing) {
      this.#resetUnknown(streamId, http2Code.refused, isEnd);
      return;
    }
    this.#answer(new Http2Stream(streamId, request, this, this.#peer.initialWindow));
  }

  #answer(stream: Http2Stream): void {
    const { context } = this;
    const { contentLength = 0 } = stream.request;
    context.inFlight += 1;
    this.#isAnswering = true;
    if (contentLength > context.limits.maxBodyBytes) stream.refuseBody();
    else runHandler(context, stream, () => stream.fail());
    this.#isAnswering = false;
    if (!stream.isClosed && !this.#isClosed) this.#streams.set(stream.id, stream);
    else if (this.#isClosed) stream.goAway(false);
    else if (this.#isFinishing) this.#endIfIdle();
  }

  /** A request that was decoded and is too large, or malformed (RFC 9113 8.1.1). */
  #refuse(streamId: number, error: unknown, isEnd: boolean): void {
    if (!(error instanceof WireError) || error.code === "bad_hpack") throw error;
    const status = statusOf[error.code];
    if (status !== 431) {
      this.#resetUnknown(streamId, http2Code.protocol, isEnd);
      return;
    }
    this.output.headers(streamId, encodeAnswerBlock({ status }, 0), this.tail.block(), true);
    if (!isEnd) this.#resetUnknown(streamId, http2Code.none, false);
  }

  #takeTrailers({ streamId, isEnd, bytes, from, to }: HeaderBlock): void {
    const stream = this.#streams.get(streamId);
    let trailers: readonly Field[] | undefined;
    try {
      // Whatever it is, the table must hear of it.
      const fields = this.#decoder.decodeFields(bytes, from, to);
      if (stream !== undefined && isEnd) trailers = parseTrailerFields(fields);
    } catch (error) {
      if (!(error instanceof WireError) || error.code === "bad_hpack") throw error;
    }
    if (stream === undefined) this.#ignoreReset(streamId, isEnd);
    else if (trailers === undefined) this.#resetStream(stream, http2Code.protocol);
    else this.#resetStream(stream, stream.takeTrailers(trailers));
  }

  /** Hot path. */
  onBody(frame: Http2Frame, paddedBytes: number, isEnd: boolean): void {
    const { streamId } = frame;
    this.#assertNotIdle(streamId);
    this.#window -= paddedBytes;
    // Never used up: what is held is held by the windows of the streams.
    if (this.#window < CONNECTION_WINDOW_BYTES / 2) {
      const bytes = CONNECTION_WINDOW_BYTES - this.#window;
      this.#window = CONNECTION_WINDOW_BYTES;
      this.output.number(http2Type.windowUpdate, 0, bytes);
    }
    const stream = this.#streams.get(streamId);
    if (stream === undefined) this.#ignoreReset(streamId, isEnd);
    else this.#resetStream(stream, stream.takeData(frame, paddedBytes, isEnd));
  }

  onReset(streamId: number): void {
    this.#assertNotIdle(streamId);
    this.#resetIds.delete(streamId);
    this.#guard.noteReset();
    this.#streams.get(streamId)?.goAway(false);
  }

  onSettings(frame: Http2Frame): void {
    const before = this.#peer.initialWindow;
    this.#peer.take(frame);
    const change = this.#peer.initialWindow - before;
    this.output.acknowledge(http2Type.settings, noBytes);
    if (change === 0) return;
    for (const stream of this.#streams.values()) {
      stream.sendWindow += change;
      if (stream.sendWindow > MAX_WINDOW_BYTES) {
        throw new Http2Error(http2Code.flowControl, "it opens a window beyond 2^31");
      }
      stream.resume();
    }
    this.output.pump();
  }

  onPing({ bytes, from, to }: Http2Frame): void {
    this.output.acknowledge(http2Type.ping, bytes.subarray(from, to));
  }

  onWindowUpdate(streamId: number, bytes: number): void {
    if (bytes < SMALL_WINDOW_BYTES) this.#guard.noteIdleFrame();
    if (streamId === 0) {
      if (bytes === 0) throw new Http2Error(http2Code.protocol, "it opens a window by nothing");
      this.output.openWindow(bytes);
      return;
    }
    this.#assertNotIdle(streamId);
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    stream.sendWindow += bytes;
    if (bytes === 0) this.#resetStream(stream, http2Code.protocol);
    else if (stream.sendWindow > MAX_WINDOW_BYTES) {
      this.#resetStream(stream, http2Code.flowControl);
    } else {
      stream.resume();
      this.output.pump();
    }
  }

  onStreamClosed({ id }: Http2Stream, isReset: boolean): void {
    this.#streams.delete(id);
    if (isReset) this.#rememberReset(id);
    if (this.#isFinishing) this.#endIfIdle();
  }

  onStreamAnswered(isAborted: boolean): void {
    if (!isAborted) this.#guard.noteAnswer();
    // One that was accepted while the server stops: it is told with its first answer.
    if (this.context.isStopping) this.announceStop();
  }

  #assertNotIdle(streamId: number): void {
    if (streamId > this.#lastId || streamId % 2 === 0) {
      throw new Http2Error(http2Code.protocol, `it speaks on stream ${streamId}, which is idle`);
    }
  }

  /** Frames may still come on a stream that we reset, until the client knows (RFC 9113 5.1). */
  #ignoreReset(streamId: number, isEnd: boolean): void {
    if (this.#resetIds.has(streamId)) {
      if (isEnd) this.#resetIds.delete(streamId);
      return;
    }
    const code = this.#hasSkipped ? http2Code.protocol : http2Code.streamClosed;
    throw new Http2Error(code, `it speaks on stream ${streamId}, which is closed`);
  }

  #resetStream(stream: Http2Stream, code: number | undefined): void {
    if (code === undefined) return;
    this.#guard.noteReset();
    stream.cut(code);
  }

  /** A stream that has no object. */
  #resetUnknown(streamId: number, code: number, isEnd: boolean): void {
    this.output.number(http2Type.rstStream, streamId, code);
    if (!isEnd) this.#rememberReset(streamId);
    this.#guard.noteReset();
  }

  #rememberReset(streamId: number): void {
    const ids = this.#resetIds;
    ids.add(streamId);
    if (ids.size <= MAX_RESET_IDS) return;
    for (const oldest of ids) {
      ids.delete(oldest);
      break;
    }
  }

  #sweepStreams(nowMs: number, bodyMs: number): void {
    // Without a client that sends, no window opens any more.
    const answerMs = this.#isReceiving ? Math.max(bodyMs, MIN_STUCK_MS) : bodyMs;
    for (const stream of this.#streams.values()) {
      if (stream.isStuck(nowMs, { bodyMs, answerMs })) stream.cut(http2Code.cancel);
    }
  }

  #isHeadLate(nowMs: number, timeoutMs: number): boolean {
    const { openStreamId } = this.#input;
    if (openStreamId !== this.#openStreamId) this.#openSinceMs = nowMs;
    this.#openStreamId = openStreamId;
    return openStreamId !== 0 && nowMs - this.#openSinceMs >= timeoutMs;
  }

  /** Answers to a client that asks and does not read. */
  #keepWithinLimit(): void {
    const { maxUnsentBytes } = this.context.limits;
    if (!this.#isClosed && this.#transport.unsentBytes > maxUnsentBytes) this.cut();
  }

  #endIfIdle(): void {
    if (this.#streams.size === 0 && !this.#isAnswering && !this.#isClosed) this.#shut();
  }

  #fail(code: number): void {
    if (!this.#isClosed) this.#close(code);
  }

  #close(code: number): void {
    this.output.goAway(Math.max(0, this.#lastId), code);
    this.#shut();
  }

  #shut(): void {
    this.#isClosed = true;
    this.output.flush();
    this.#transport.end();
    this.#dropStreams();
  }

  #dropStreams(): void {
    for (const stream of this.#streams.values()) stream.goAway(false);
    this.#streams.clear();
  }
}

const noBytes: Uint8Array = new Uint8Array(0);
