import {
  Http2Error,
  type Http2Frame,
  Http2Reader,
  http2Code,
  http2Flag,
  http2Type,
  readUint31,
  WireError,
} from "@breakwater/wire";
import type { FloodGuard } from "./flood-guard.ts";

/** What the client says, in order. Any of them may throw an Http2Error. */
export interface Http2Events {
  readonly isClosed: boolean;
  /** A complete header block: a request's, or trailers. */
  onHeaders(block: HeaderBlock): void;
  /** `paddedBytes`: what counts for the windows. */
  onBody(frame: Http2Frame, paddedBytes: number, isEnd: boolean): void;
  onReset(streamId: number): void;
  onSettings(frame: Http2Frame): void;
  onPing(frame: Http2Frame): void;
  onWindowUpdate(streamId: number, bytes: number): void;
}

/** Where a header block lies. The object is filled in again for the next. */
export interface HeaderBlock {
  streamId: number;
  isEnd: boolean;
  bytes: Uint8Array;
  from: number;
  to: number;
}

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
/** CONTINUATION frames of one block may be small, but not many (CVE-2024-27316). */
const MIN_CONTINUATIONS = 64;
const MIN_CONTINUATION_BYTES = 4096;
const PRIORITY_BYTES = 5;

/** Reads what an HTTP/2 client sends, from its preface on, and holds its frames to RFC 9113. */
export class Http2Input {
  readonly #events: Http2Events;
  readonly #guard: FloodGuard;
  readonly #maxBlockBytes: number;
  readonly #maxContinuations: number;
  readonly #reader: Http2Reader;
  readonly #block: HeaderBlock = { streamId: 0, isEnd: false, bytes: noBytes, from: 0, to: 0 };
  #prefaceBytes = 0;
  #hasSettings: boolean = false;
  /** Of a block that goes on in CONTINUATION frames; 0 for none. */
  #openStreamId = 0;
  #continuations = 0;

  constructor(events: Http2Events, guard: FloodGuard, maxBlockBytes: number) {
    this.#events = events;
    this.#guard = guard;
    this.#maxBlockBytes = maxBlockBytes;
    this.#maxContinuations = MIN_CONTINUATIONS + maxBlockBytes / MIN_CONTINUATION_BYTES;
    this.#reader = new Http2Reader(this);
  }

  /** The stream whose header block is still to be completed; 0 for none. */
  get openStreamId(): number {
    return this.#openStreamId;
  }

  /** @throws Http2Error when the connection cannot go on */
  push(bytes: Uint8Array): void {
    const rest = this.#prefaceBytes < preface.length ? this.#takePreface(bytes) : bytes;
    try {
      this.#reader.push(rest);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      const isSize = error.code === "frame_too_large";
      throw new Http2Error(isSize ? http2Code.frameSize : http2Code.compression, error.message);
    }
  }

  #takePreface(bytes: Uint8Array): Uint8Array {
    const wanted = preface.length - this.#prefaceBytes;
    const taken = Math.min(wanted, bytes.length);
    const isRight = preface
      .subarray(this.#prefaceBytes, this.#prefaceBytes + taken)
      .equals(bytes.subarray(0, taken));
    if (!isRight) throw new Http2Error(http2Code.protocol, "it does not begin with the preface");
    this.#prefaceBytes += taken;
    return bytes.subarray(taken);
  }

  /** Hot path. */
  onFrame(frame: Http2Frame): boolean {
    const { type } = frame;
    if ((this.#openStreamId !== 0) !== (type === http2Type.continuation)) {
      throw new Http2Error(http2Code.protocol, "a header block is broken off");
    }
    if (!this.#hasSettings) this.#expectSettings(frame);
    if (placeOf[type] === STREAM ? frame.streamId === 0 : isMisplaced(frame)) {
      throw new Http2Error(http2Code.protocol, `a frame of type ${type} is on the wrong stream`);
    }
    this.#take(frame);
    return !this.#events.isClosed;
  }

  #expectSettings({ type, flags }: Http2Frame): void {
    if (type !== http2Type.settings || (flags & http2Flag.ack) !== 0) {
      throw new Http2Error(http2Code.protocol, "it does not begin with SETTINGS");
    }
    this.#hasSettings = true;
  }

  #take(frame: Http2Frame): void {
    const { bytes, from, to, streamId, flags } = frame;
    switch (frame.type) {
      case http2Type.headers:
        this.#takeHeaders(frame);
        return;
      case http2Type.data: {
        unpad(frame);
        const isEnd = (flags & http2Flag.endStream) !== 0;
        if (frame.from === frame.to && !isEnd) this.#guard.noteIdleFrame();
        this.#events.onBody(frame, to - from, isEnd);
        return;
      }
      case http2Type.windowUpdate:
        assertLength(frame, 4);
        this.#events.onWindowUpdate(streamId, readUint31(bytes, from));
        return;
      case http2Type.continuation:
        this.#takeContinuation(frame);
        return;
      case http2Type.rstStream:
        assertLength(frame, 4);
        this.#events.onReset(streamId);
        return;
      case http2Type.settings:
        this.#takeSettings(frame);
        return;
      case http2Type.ping:
        assertLength(frame, 8);
        this.#guard.noteIdleFrame();
        if ((flags & http2Flag.ack) === 0) this.#events.onPing(frame);
        return;
      case http2Type.goAway:
        if (to - from < 8) throw new Http2Error(http2Code.frameSize, "its GOAWAY is short");
        this.#guard.noteIdleFrame();
        return;
      case http2Type.pushPromise:
        throw new Http2Error(http2Code.protocol, "it is a client that pushes");
      case http2Type.priority:
        assertLength(frame, PRIORITY_BYTES);
    }
    // PRIORITY, and types that are not known, mean nothing to us (RFC 9113 5.3, 5.5).
    this.#guard.noteIdleFrame();
  }

  #takeHeaders(frame: Http2Frame): void {
    unpad(frame);
    if ((frame.flags & http2Flag.priority) !== 0) frame.from += PRIORITY_BYTES;
    if (frame.from > frame.to) throw new Http2Error(http2Code.frameSize, "its HEADERS is short");
    const block = this.#block;
    block.streamId = frame.streamId;
    block.isEnd = (frame.flags & http2Flag.endStream) !== 0;
    if ((frame.flags & http2Flag.endHeaders) === 0) {
      this.#openStreamId = frame.streamId;
      this.#continuations = 0;
      block.bytes = new Uint8Array(frame.bytes.subarray(frame.from, frame.to));
      return;
    }
    block.bytes = frame.bytes;
    block.from = frame.from;
    block.to = frame.to;
    this.#tell();
  }

  #takeContinuation(frame: Http2Frame): void {
    if (this.#openStreamId !== frame.streamId) {
      throw new Http2Error(http2Code.protocol, "a header block is broken off");
    }
    const block = this.#block;
    const bytes = block.bytes.length + frame.to - frame.from;
    this.#continuations += 1;
    if (bytes > this.#maxBlockBytes || this.#continuations > this.#maxContinuations) {
      throw new Http2Error(http2Code.enhanceYourCalm, "a header block goes on and on");
    }
    block.bytes = Buffer.concat([block.bytes, frame.bytes.subarray(frame.from, frame.to)]);
    if ((frame.flags & http2Flag.endHeaders) === 0) return;
    this.#openStreamId = 0;
    block.from = 0;
    block.to = bytes;
    this.#tell();
  }

  #tell(): void {
    this.#events.onHeaders(this.#block);
    this.#block.bytes = noBytes;
  }

  #takeSettings(frame: Http2Frame): void {
    const length = frame.to - frame.from;
    const isAck = (frame.flags & http2Flag.ack) !== 0;
    if (isAck ? length > 0 : length % 6 !== 0) {
      throw new Http2Error(http2Code.frameSize, "its SETTINGS has a wrong length");
    }
    this.#guard.noteIdleFrame();
    if (!isAck) this.#events.onSettings(frame);
  }
}

const noBytes: Uint8Array = new Uint8Array(0);

const STREAM = 1;
const CONNECTION = 2;

/** Where frames of a type belong (RFC 9113 6); 0 for anywhere. */
const placeOf: Uint8Array = new Uint8Array(256);
placeOf[http2Type.data] = STREAM;
placeOf[http2Type.headers] = STREAM;
placeOf[http2Type.priority] = STREAM;
placeOf[http2Type.rstStream] = STREAM;
placeOf[http2Type.continuation] = STREAM;
placeOf[http2Type.settings] = CONNECTION;
placeOf[http2Type.ping] = CONNECTION;
placeOf[http2Type.goAway] = CONNECTION;

const isMisplaced = ({ type, streamId }: Http2Frame): boolean =>
  placeOf[type] === CONNECTION && streamId !== 0;

function unpad(frame: Http2Frame): void {
  if ((frame.flags & http2Flag.padded) === 0) return;
  const padding = frame.from < frame.to ? frame.bytes[frame.from]! : 0;
  frame.from += 1;
  frame.to -= padding;
  if (frame.from > frame.to) throw new Http2Error(http2Code.protocol, "a frame is all padding");
}

function assertLength({ from, to }: Http2Frame, bytes: number): void {
  if (to - from !== bytes) throw new Http2Error(http2Code.frameSize, "a frame has a wrong length");
}
