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
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const headBytes = 2 + lengthBytes + (mask === undefined ? 0 : 4);
  const frame = new Uint8Array(headBytes + length);
  frame[0] = (hasMore ? 0 : FIN) | (isCompressed ? RSV1 : 0) | opcodes[opcode];
  frame[1] = (mask === undefined ? 0 : MASKED) | firstLength(lengthBytes, length);
  writeLength(frame, lengthBytes, length);
  if (mask === undefined) frame.set(payload, headBytes);
  else {
    frame.set([mask >>> 24, mask >>> 16, mask >>> 8, mask], headBytes - 4);
    applyMask(payload, 0, length, mask, frame, headBytes);
  }
  return frame;
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

function firstLength(lengthBytes: number, length: number): number {
  if (lengthBytes === 0) return length;
  return lengthBytes === 2 ? 126 : 127;
}

function writeLength(frame: Uint8Array, lengthBytes: number, length: number): void {
  // Not by shifts: they end at 32 bits.
  for (let index = lengthBytes - 1, rest = length; index >= 0; index -= 1) {
    frame[2 + index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
