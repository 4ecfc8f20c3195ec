import {
  type Field,
  FRAME_HEADER_BYTES,
  HpackDecoder,
  Http2Error,
  type Http2Frame,
  Http2Reader,
  http2Code,
  http2Flag,
  http2Type,
  type ResponseLimits,
  readUint31,
  readUint32,
  type TextMemory,
  WireError,
} from "@breakwater/wire";
import { MAX_WINDOW_BYTES } from "./http2-settings.ts";

/** What the peer says, in order. Stream 0 is the session itself. */
export interface Http2Events {
  readonly isClosed: boolean;
  /** Before each frame: so many bytes of it, its head included. */
  onBytes(streamId: number, bytes: number): void;
  /** A stream that has ended is still told of. */
  isKnown(streamId: number): boolean;
  onHeaders(streamId: number, fields: readonly Field[] | WireError, isEnd: boolean): void;
  /** `paddedBytes`: what counts for the windows. */
  onBody(frame: Http2Frame, paddedBytes: number, isEnd: boolean): void;
  onReset(streamId: number, code: number): void;
  onSettings(frame: Http2Frame): void;
  onPing(payload: Uint8Array): void;
  onGoAway(lastStreamId: number, code: number): void;
  onWindowUpdate(streamId: number, bytes: number): void;
}

/** What a peer's header table may hold for us: the size that counts until another is agreed. */
const TABLE_BYTES = 4096;

/** Reads what an HTTP/2 peer sends, and holds it to RFC 9113. */
export class Http2Input {
  readonly #events: Http2Events;
  readonly #maxBlockBytes: number;
  readonly #reader: Http2Reader;
  readonly #decoder: HpackDecoder;
  /** A header block that goes on in CONTINUATION frames. */
  #block: { readonly streamId: number; readonly isEnd: boolean; bytes: Uint8Array } | undefined;
  #hasSettings: boolean = false;

  constructor(events: Http2Events, limits: ResponseLimits, memory: TextMemory) {
    const { maxHeadBytes, maxHeaders } = limits;
    this.#events = events;
    this.#maxBlockBytes = maxHeadBytes;
    this.#reader = new Http2Reader(this);
    this.#decoder = new HpackDecoder(
      { maxTableBytes: TABLE_BYTES, maxHeadBytes, maxHeaders },
      memory,
    );
  }

  /** @throws Http2Error when the session cannot go on */
  push(bytes: Uint8Array): void {
    try {
      this.#reader.push(bytes);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      const isSize = error.code === "frame_too_large";
      throw new Http2Error(isSize ? http2Code.frameSize : http2Code.compression, error.message);
    }
  }

  /** Hot path. */
  onFrame(frame: Http2Frame): boolean {
    const { streamId, type } = frame;
    this.#events.onBytes(streamId, frame.to - frame.from + FRAME_HEADER_BYTES);
    if ((this.#block === undefined) === (type === http2Type.continuation)) {
      throw new Http2Error(http2Code.protocol, "its header block is broken off");
    }
    if (!this.#hasSettings && type !== http2Type.settings) {
      throw new Http2Error(http2Code.protocol, "it does not begin with SETTINGS");
    }
    if (isOfStream[type] === 1 && !this.#events.isKnown(streamId)) {
      throw new Http2Error(
        http2Code.protocol,
        `it speaks on stream ${streamId}, which is not open`,
      );
    }
    this.#take(frame);
    return !this.#events.isClosed;
  }

  #take(frame: Http2Frame): void {
    const { bytes, from, streamId } = frame;
    const events = this.#events;
    switch (frame.type) {
      case http2Type.data: {
        const paddedBytes = frame.to - from;
        unpad(frame);
        events.onBody(frame, paddedBytes, (frame.flags & http2Flag.endStream) !== 0);
        return;
      }
      case http2Type.headers:
        this.#takeHeaders(frame);
        return;
      case http2Type.continuation:
        this.#takeContinuation(frame);
        return;
      case http2Type.rstStream:
        assertLength(frame, 4);
        events.onReset(streamId, readUint32(bytes, from));
        return;
      case http2Type.settings:
        this.#hasSettings = true;
        if ((frame.flags & http2Flag.ack) === 0) events.onSettings(frame);
        return;
      case http2Type.pushPromise:
        throw new Http2Error(http2Code.protocol, "it pushes, which we do not take");
      case http2Type.ping:
        assertLength(frame, 8);
        if ((frame.flags & http2Flag.ack) === 0) events.onPing(bytes.slice(from, frame.to));
        return;
      case http2Type.goAway:
        if (frame.to - from < 8) throw new Http2Error(http2Code.frameSize, "its GOAWAY is short");
        events.onGoAway(readUint31(bytes, from), readUint32(bytes, from + 4));
        return;
      case http2Type.windowUpdate:
        this.#takeWindowUpdate(frame);
        return;
      // PRIORITY, and types that are not known, mean nothing to us (RFC 9113 5.5).
    }
  }

  #takeHeaders(frame: Http2Frame): void {
    unpad(frame);
    if ((frame.flags & http2Flag.priority) !== 0) frame.from += PRIORITY_BYTES;
    if (frame.from > frame.to) throw new Http2Error(http2Code.frameSize, "its HEADERS is short");
    const { streamId, bytes, from, to } = frame;
    const isEnd = (frame.flags & http2Flag.endStream) !== 0;
    if ((frame.flags & http2Flag.endHeaders) === 0) {
      this.#block = { streamId, isEnd, bytes: bytes.slice(from, to) };
    } else this.#events.onHeaders(streamId, this.#decode(bytes, from, to), isEnd);
  }

  #takeContinuation(frame: Http2Frame): void {
    const block = this.#block!;
    if (block.streamId !== frame.streamId) {
      throw new Http2Error(http2Code.protocol, "its header block is broken off");
    }
    block.bytes = Buffer.concat([block.bytes, frame.bytes.subarray(frame.from, frame.to)]);
    if (block.bytes.length > this.#maxBlockBytes) {
      const limit = `${this.#maxBlockBytes} bytes (maxHeadBytes)`;
      throw new Http2Error(http2Code.enhanceYourCalm, `its header block is larger than ${limit}`);
    }
    if ((frame.flags & http2Flag.endHeaders) === 0) return;
    this.#block = undefined;
    const fields = this.#decode(block.bytes, 0, block.bytes.length);
    this.#events.onHeaders(block.streamId, fields, block.isEnd);
  }

  /** Too large: an error of its stream alone. */
  #decode(bytes: Uint8Array, from: number, to: number): readonly Field[] | WireError {
    try {
      return this.#decoder.decode(bytes, from, to);
    } catch (error) {
      if (error instanceof WireError && error.code !== "bad_hpack") return error;
      throw error;
    }
  }

  #takeWindowUpdate(frame: Http2Frame): void {
    assertLength(frame, 4);
    const bytes = readUint31(frame.bytes, frame.from);
    if (bytes === 0) throw new Http2Error(http2Code.protocol, "it opens a window by nothing");
    this.#events.onWindowUpdate(frame.streamId, bytes);
  }
}

/** Whether the sum is a window that may be. */
export function assertWindow(bytes: number): void {
  if (bytes <= MAX_WINDOW_BYTES) return;
  throw new Http2Error(http2Code.flowControl, "it opens a window beyond 2^31");
}

const PRIORITY_BYTES = 5;

/** 1 for the types that a stream must be open for. */
const isOfStream: Uint8Array = new Uint8Array(256);
for (const type of [http2Type.data, http2Type.headers, http2Type.rstStream]) isOfStream[type] = 1;

function unpad(frame: Http2Frame): void {
  if ((frame.flags & http2Flag.padded) === 0) return;
  const padding = frame.from < frame.to ? frame.bytes[frame.from]! : 0;
  frame.from += 1;
  frame.to -= padding;
  if (frame.from > frame.to) throw new Http2Error(http2Code.protocol, "it is all padding");
}

function assertLength({ from, to }: Http2Frame, bytes: number): void {
  if (to - from !== bytes) throw new Http2Error(http2Code.frameSize, "a frame has a wrong length");
}
