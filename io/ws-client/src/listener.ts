import type { WsFailure } from "./failure.ts";
import type { WsHandshake } from "./handshake.ts";

/** Told what becomes of a WebSocket: onRefused() once, or onOpen() and at last onEnd(). */
export interface WsListener {
  onOpen(handshake: WsHandshake): void;
  /** No connection, or an answer (`handshake`) that opens none. */
  onRefused(failure: WsFailure, handshake: WsHandshake | undefined): void;
  /** The bytes are the listener's own. */
  onMessage(data: string | Uint8Array<ArrayBuffer>): void;
  /** It has been answered. */
  onPing(payload: Uint8Array): void;
  /** `roundTripMs` is undefined when no ping of ours had that payload. */
  onPong(payload: Uint8Array, roundTripMs: number | undefined): void;
  onEnd(end: WsEnd): void;
  /** On the wire, heads and framing included; of TLS what it carries. */
  onBytes(sent: number, received: number): void;
}

/** How an open WebSocket ended. */
export interface WsEnd {
  /**
   * The peer's; 1005 when its close frame had none, 1006 when there was no close frame (RFC 6455
   * 7.1.5).
   */
  readonly code: number;
  readonly reason: string;
  /** undefined when the peer sent a close frame. */
  readonly failure: WsFailure | undefined;
}
