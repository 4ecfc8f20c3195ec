import { FRAME_HEADER_BYTES, Http2Error, http2Code, http2Flag, http2Type } from "@breakwater/wire";
import type { Transport } from "../transport.ts";
import type { Gather, GatherOwner } from "./gather.ts";
import { FIRST_WINDOW_BYTES, MAX_WINDOW_BYTES, type PeerSettings } from "./http2-settings.ts";

/** Larger frames would hold up other streams. */
const MAX_PAYLOAD_BYTES = 65_536;
/** What a stream sends before it is the next one's turn. */
const TURN_BYTES = 65_536;

/** A stream whose body waits for windows, or for the transport. */
export interface WaitingStream {
  readonly id: number;
  sendWindow: number;
  /** Among those whose turn comes. */
  isQueued: boolean;
  /** Sends so many bytes at most; true: it could send more now. */
  sendMore(maxBytes: number): boolean;
}

/**
 * What a connection sends, within the client's windows and frame size.
 *
 * Hot path: frames are written straight into the gathering buffer.
 */
export class Http2Output implements GatherOwner {
  readonly transport: Transport;
  readonly #gather: Gather;
  readonly #peer: PeerSettings;
  readonly #maxPayloadBytes: number;
  #window: number = FIRST_WINDOW_BYTES;
  /** The transport has kept something: no DATA until it has drained. */
  #isBlocked: boolean = false;
  #kept: Uint8Array | undefined;
  /** In the order of their turns; no more than there are streams. */
  #queue: WaitingStream[] = [];
  #isPumping: boolean = false;

  constructor(transport: Transport, gather: Gather, peer: PeerSettings) {
    this.transport = transport;
    this.#gather = gather;
    this.#peer = peer;
    this.#maxPayloadBytes = Math.min(MAX_PAYLOAD_BYTES, gather.size - FRAME_HEADER_BYTES);
  }

  /** Nothing may overtake those that wait. */
  get canSendData(): boolean {
    return !this.#isBlocked && !this.#isPumping && this.#queue.length === 0;
  }

  onKept(buffer: Uint8Array): void {
    this.#isBlocked = true;
    this.#kept = buffer;
  }

  /** A header block in two parts, as HEADERS and, where that takes more, CONTINUATION. */
  headers(streamId: number, block: Uint8Array, tail: Uint8Array, isEnd: boolean): void {
    const length = block.length + tail.length;
    const flags = isEnd ? http2Flag.endStream : 0;
    const maxBytes = Math.min(this.#peer.maxFrameBytes, this.#maxPayloadBytes);
    if (length > maxBytes) {
      this.#longHeaders(streamId, Buffer.concat([block, tail]), flags, maxBytes);
      return;
    }
    const at = this.#frame(http2Type.headers, flags | http2Flag.endHeaders, streamId, length);
    const { bytes } = this.#gather;
    bytes.set(block, at);
    if (tail.length > 0) bytes.set(tail, at + block.length);
  }

  #longHeaders(streamId: number, block: Uint8Array, flags: number, maxBytes: number): void {
    for (let from = 0; from < block.length; from += maxBytes) {
      const part = block.subarray(from, from + maxBytes);
      const isLast = from + maxBytes >= block.length;
      const type = from === 0 ? http2Type.headers : http2Type.continuation;
      const own = (from === 0 ? flags : 0) | (isLast ? http2Flag.endHeaders : 0);
      const at = this.#frame(type, own, streamId, part.length);
      this.#gather.bytes.set(part, at);
    }
  }

  /**
   * Sends as much of the bytes as windows and transport have room for, and returns how much.
   * `isLast`: the stream ends with them.
   */
  data(
    stream: WaitingStream,
    bytes: Uint8Array,
    from: number,
    to: number,
    isLast: boolean,
  ): number {
    let at = from;
    while (at < to && !this.#isBlocked) {
      const windows = Math.min(this.#window, stream.sendWindow, this.#peer.maxFrameBytes);
      const length = Math.min(windows, this.#maxPayloadBytes, to - at);
      if (length <= 0) break;
      const isEnd = isLast && at + length === to;
      const flags = isEnd ? http2Flag.endStream : 0;
      const place = this.#frame(http2Type.data, flags, stream.id, length);
      const part = length === bytes.length ? bytes : bytes.subarray(at, at + length);
      this.#gather.bytes.set(part, place);
      this.#window -= length;
      stream.sendWindow -= length;
      at += length;
    }
    return at - from;
  }

  /** An empty frame of DATA, which no window holds up. */
  end(streamId: number): void {
    this.#frame(http2Type.data, http2Flag.endStream, streamId, 0);
  }

  /** RST_STREAM, WINDOW_UPDATE. */
  number(type: number, streamId: number, value: number): void {
    const at = this.#frame(type, 0, streamId, 4);
    this.#write32(at, value);
  }

  goAway(lastStreamId: number, code: number): void {
    const at = this.#frame(http2Type.goAway, 0, 0, 8);
    this.#write32(at, lastStreamId);
    this.#write32(at + 4, code);
  }

  /** SETTINGS or PING, acknowledged. */
  acknowledge(type: number, payload: Uint8Array): void {
    const at = this.#frame(type, http2Flag.ack, 0, payload.length);
    this.#gather.bytes.set(payload, at);
  }

  /** Frames that are ready made. */
  raw(frames: Uint8Array): void {
    const at = this.#gather.reserve(this, frames.length);
    this.#gather.bytes.set(frames, at);
  }

  flush(): void {
    this.#gather.flush();
  }

  /** Opens the connection's window. @throws Http2Error */
  openWindow(bytes: number): void {
    this.#window += bytes;
    if (this.#window > MAX_WINDOW_BYTES) {
      throw new Http2Error(http2Code.flowControl, "it opens the window beyond 2^31");
    }
    this.pump();
  }

  /** The stream has something to send, and its turn comes when there is room. */
  enqueue(stream: WaitingStream): void {
    if (stream.isQueued) return;
    stream.isQueued = true;
    this.#queue.push(stream);
  }

  onDrain(): void {
    if (this.#kept !== undefined) this.#gather.giveBack(this.#kept);
    this.#kept = undefined;
    this.#isBlocked = false;
    this.pump();
  }

  /** Gives the streams that wait their turns, as long as there is room. */
  pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#queue.length > 0 && this.#window > 0 && !this.#isBlocked) this.#round();
    } finally {
      this.#isPumping = false;
    }
  }

  #round(): void {
    const streams = this.#queue;
    this.#queue = [];
    for (const stream of streams) {
      stream.isQueued = false;
      const isStopped = this.#window <= 0 || this.#isBlocked;
      if (isStopped || stream.sendMore(TURN_BYTES)) this.enqueue(stream);
    }
  }

  /** Writes a frame's head, and returns where its payload belongs in the gathering buffer. */
  #frame(type: number, flags: number, streamId: number, length: number): number {
    const at = this.#gather.reserve(this, FRAME_HEADER_BYTES + length);
    const { bytes } = this.#gather;
    bytes[at] = length >>> 16;
    bytes[at + 1] = length >>> 8;
    bytes[at + 2] = length;
    bytes[at + 3] = type;
    bytes[at + 4] = flags;
    this.#write32(at + 5, streamId);
    return at + FRAME_HEADER_BYTES;
  }

  #write32(at: number, value: number): void {
    const { bytes } = this.#gather;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }
}
