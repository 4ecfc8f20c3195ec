import { WireError } from "../error.ts";

/** RFC 9113 6. */
export const http2Type = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const http2Flag = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;

/** The head of a frame, and where its payload lies: within `bytes`, from `from` up to `to`. */
export interface Http2Frame {
  type: number;
  flags: number;
  streamId: number;
  bytes: Uint8Array;
  from: number;
  to: number;
}

export interface Http2Listener {
  /**
   * The frame is the reader's own and filled in again; its bytes are not used again. False: reads
   * no further.
   */
  onFrame(frame: Http2Frame): boolean;
}

/** What a frame has before its payload. */
export const FRAME_HEADER_BYTES: number = 9;

/** What we let peers send in one frame: the value that counts until another is agreed. */
const MAX_PAYLOAD_BYTES = 16_384;

/**
 * Cuts a byte stream into HTTP/2 frames, however the network chunked it. Holds one frame at most.
 */
export class Http2Reader {
  readonly #listener: Http2Listener;
  readonly #frame: Http2Frame = {
    type: 0,
    flags: 0,
    streamId: 0,
    bytes: noBytes,
    from: 0,
    to: 0,
  };
  /** The beginning of a frame that was cut, with room for the whole once that is known. */
  #held: Uint8Array = noBytes;
  #heldBytes = 0;

  constructor(listener: Http2Listener) {
    this.#listener = listener;
  }

  /** @throws WireError `frame_too_large` */
  push(chunk: Uint8Array): void {
    let at = this.#heldBytes > 0 ? this.#complete(chunk) : 0;
    while (at >= 0 && chunk.length - at >= FRAME_HEADER_BYTES) {
      const end = at + FRAME_HEADER_BYTES + payloadBytes(chunk, at);
      if (end > chunk.length) break;
      at = this.#tell(chunk, at, end) ? end : -1;
    }
    this.#frame.bytes = noBytes;
    if (at >= 0 && at < chunk.length) this.#hold(chunk, at);
  }

  /** Takes what the held frame lacks; returns where the next begins, or -1 to stop. */
  #complete(chunk: Uint8Array): number {
    let at = 0;
    if (this.#heldBytes < FRAME_HEADER_BYTES) {
      at = this.#append(chunk, 0, FRAME_HEADER_BYTES);
      if (this.#heldBytes < FRAME_HEADER_BYTES) return at;
      const whole = new Uint8Array(FRAME_HEADER_BYTES + payloadBytes(this.#held, 0));
      whole.set(this.#held);
      this.#held = whole;
    }
    at = this.#append(chunk, at, this.#held.length);
    if (this.#heldBytes < this.#held.length) return at;
    const frame = this.#held;
    this.#held = noBytes;
    this.#heldBytes = 0;
    return this.#tell(frame, 0, frame.length) ? at : -1;
  }

  #hold(chunk: Uint8Array, from: number): void {
    const isKnown = chunk.length - from >= FRAME_HEADER_BYTES;
    this.#held = new Uint8Array(FRAME_HEADER_BYTES + (isKnown ? payloadBytes(chunk, from) : 0));
    this.#append(chunk, from, this.#held.length);
  }

  /** Up to so many held bytes. */
  #append(chunk: Uint8Array, from: number, wanted: number): number {
    const to = Math.min(chunk.length, from + wanted - this.#heldBytes);
    this.#held.set(chunk.subarray(from, to), this.#heldBytes);
    this.#heldBytes += to - from;
    return to;
  }

  #tell(bytes: Uint8Array, from: number, to: number): boolean {
    const frame = this.#frame;
    frame.type = bytes[from + 3]!;
    frame.flags = bytes[from + 4]!;
    frame.streamId = readUint31(bytes, from + 5);
    frame.bytes = bytes;
    frame.from = from + FRAME_HEADER_BYTES;
    frame.to = to;
    return this.#listener.onFrame(frame);
  }
}

const noBytes: Uint8Array = new Uint8Array(0);

function payloadBytes(bytes: Uint8Array, at: number): number {
  const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  if (length <= MAX_PAYLOAD_BYTES) return length;
  throw new WireError(
    "frame_too_large",
    `Cannot read a frame of ${length} bytes: ${MAX_PAYLOAD_BYTES} are allowed`,
  );
}

/** The highest bit means nothing, and is dropped. */
export function readUint31(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at) & 0x7fff_ffff;
}

export function readUint32(bytes: Uint8Array, at: number): number {
  const high = (bytes[at]! << 24) | (bytes[at + 1]! << 16);
  return (high | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** A frame with that payload, copied. */
export function encodeHttp2Frame(
  { type, flags, streamId }: Pick<Http2Frame, "type" | "flags" | "streamId">,
  payload: Uint8Array,
): Uint8Array {
  const { length } = payload;
  const frame = new Uint8Array(FRAME_HEADER_BYTES + length);
  frame[0] = length >>> 16;
  frame[1] = length >>> 8;
  frame[2] = length;
  frame[3] = type;
  frame[4] = flags;
  writeUint32(frame, 5, streamId);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/** A frame of numbers: WINDOW_UPDATE, RST_STREAM, GOAWAY. */
export function encodeNumbers(
  type: number,
  streamId: number,
  ...numbers: readonly number[]
): Uint8Array {
  const payload = new Uint8Array(4 * numbers.length);
  for (const [index, value] of numbers.entries()) writeUint32(payload, 4 * index, value);
  return encodeHttp2Frame({ type, flags: 0, streamId }, payload);
}

/** RFC 9113 6.5.1: identifier and value of each. */
export function encodeSettings(
  settings: readonly (readonly [id: number, value: number])[],
): Uint8Array {
  const payload = new Uint8Array(6 * settings.length);
  for (const [index, [id, value]] of settings.entries()) {
    payload[6 * index + 1] = id;
    writeUint32(payload, 6 * index + 2, value);
  }
  return encodeHttp2Frame({ type: http2Type.settings, flags: 0, streamId: 0 }, payload);
}

/** A header block as HEADERS, and CONTINUATION where it takes more than one frame. */
export function encodeHeaders(
  streamId: number,
  block: Uint8Array,
  options: { readonly isEnd: boolean; readonly maxPayloadBytes: number },
): Uint8Array[] {
  const { isEnd, maxPayloadBytes } = options;
  const frames: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < block.length; at += maxPayloadBytes) {
    const isLast = at + maxPayloadBytes >= block.length;
    const ends = isEnd && at === 0 ? http2Flag.endStream : 0;
    frames.push(
      encodeHttp2Frame(
        {
          type: at === 0 ? http2Type.headers : http2Type.continuation,
          flags: (isLast ? http2Flag.endHeaders : 0) | ends,
          streamId,
        },
        block.subarray(at, at + maxPayloadBytes),
      ),
    );
  }
  return frames;
}
