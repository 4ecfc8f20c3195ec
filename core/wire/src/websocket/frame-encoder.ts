import { applyMask } from "./mask.ts";
import { type Opcode, opcodes } from "./opcode.ts";

export interface FrameOptions {
  /** 32 random bits: every frame that a client sends has some, no server's has (RFC 6455 5.3). */
  readonly mask?: number;
  /** Not the last frame of its message. */
  readonly hasMore?: boolean;
  /** The message is compressed: RFC 7692's bit, on the first frame alone. */
  readonly isCompressed?: boolean;
}

const FIN = 0x80;
const RSV1 = 0x40;
const MASKED = 0x80;

/** One WebSocket frame (RFC 6455 5.2). Hot path: one allocation. */
export function encodeFrame(
  opcode: Opcode,
  payload: Uint8Array,
  { mask, hasMore = false, isCompressed = false }: FrameOptions = {},
): Uint8Array {
  const { length } = payload;
  const plainBytes = frameHeadBytes(length);
  const headBytes = plainBytes + (mask === undefined ? 0 : 4);
  const frame = new Uint8Array(headBytes + length);
  writeFrameHead(frame, { opcode, length });
  if (hasMore) frame[0]! &= ~FIN;
  if (isCompressed) frame[0]! |= RSV1;
  if (mask === undefined) frame.set(payload, headBytes);
  else {
    frame[1]! |= MASKED;
    frame.set([mask >>> 24, mask >>> 16, mask >>> 8, mask], plainBytes);
    applyMask(payload, 0, length, mask, frame, headBytes);
  }
  return frame;
}

/** How long the head of a frame without a mask is, by its payload's length. */
export function frameHeadBytes(length: number): number {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}

export interface FrameHead {
  readonly opcode: Opcode;
  /** Of the payload, in bytes. */
  readonly length: number;
}

/**
 * Begins `frame` with the head of a whole message that is neither masked nor compressed, for who
 * writes the payload there itself.
 */
export function writeFrameHead(frame: Uint8Array, { opcode, length }: FrameHead): void {
  frame[0] = FIN | opcodes[opcode];
  if (length < 126) {
    frame[1] = length;
  } else if (length < 65_536) {
    frame[1] = 126;
    frame[2] = length >>> 8;
    frame[3] = length;
  } else {
    frame[1] = 127;
    // Not by shifts: they end at 32 bits.
    for (let index = 9, rest = length; index >= 2; index -= 1) {
      frame[index] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
}

/** A close frame's payload: nothing when there is no code. The reason is cut at 123 bytes. */
export function encodeClose(code: number | undefined, reason = ""): Uint8Array {
  if (code === undefined) return new Uint8Array(0);
  const payload = new Uint8Array(2 + MAX_REASON_BYTES);
  payload[0] = code >> 8;
  payload[1] = code;
  // Never a part of a character: encodeInto() leaves out what does not fit.
  const { written } = encoder.encodeInto(reason, payload.subarray(2));
  return payload.subarray(0, 2 + written);
}

const encoder = new TextEncoder();

/** 125 bytes of a control frame, without the code. */
const MAX_REASON_BYTES = 123;
