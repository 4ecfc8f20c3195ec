import { encodeFrame, frameHeadBytes } from "@breakwater/wire";
import { deflatedFrame } from "./message-frame.ts";
import type { MessageKind } from "./web-socket.ts";

/**
 * A message for many connections: see WebSocketConnection.sendPrepared(). It is encoded once, and
 * compressed once at most. The payload is copied.
 */
export function prepareFrame(kind: MessageKind, payload: Uint8Array | string): PreparedFrame {
  return new PreparedFrame(kind, typeof payload === "string" ? Buffer.from(payload) : payload);
}

export class PreparedFrame {
  /** The frame, uncompressed. */
  readonly plain: Uint8Array;
  readonly payloadBytes: number;
  readonly #kind: MessageKind;
  #deflated: Uint8Array | undefined;

  constructor(kind: MessageKind, payload: Uint8Array) {
    this.#kind = kind;
    this.plain = encodeFrame(kind, payload);
    this.payloadBytes = payload.length;
  }

  /** The frame, compressed: made when it is first asked for. */
  get deflated(): Uint8Array {
    const payload = this.plain.subarray(frameHeadBytes(this.payloadBytes));
    this.#deflated ??= deflatedFrame(this.#kind, payload);
    return this.#deflated;
  }
}
