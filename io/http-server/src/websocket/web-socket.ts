import type { Clock } from "@breakwater/clock";

export type MessageKind = "text" | "binary";

/** A client's WebSocket (RFC 6455), from its handshake to its end. */
export interface WebSocketConnection {
  /**
   * Sends a message; the bytes are copied. True: more, please. False: the client is slower, so wait
   * for the handler's onDrain(); or it is closing and takes no more.
   */
  send(kind: MessageKind, payload: Uint8Array | string): boolean;
  /** At most 125 bytes. Its pong is not told. */
  ping(payload?: Uint8Array): void;
  /**
   * Sends a close frame, waits up to 5 s for the client's, and closes. What the client still sends
   * is not told. The reason is cut at 123 bytes of UTF-8; without a code, there is none either.
   */
  close(code?: number, reason?: string): void;
  /** The server goes away: close() with 1001. */
  goAway(): void;
}

/** What happens on connections; one object can serve them all. */
export interface WebSocketHandler {
  /** A whole message; a text is valid UTF-8. The bytes may be kept. */
  onMessage(connection: WebSocketConnection, kind: MessageKind, payload: Uint8Array): void;
  /** There is room again after a send() that said false. */
  onDrain?(connection: WebSocketConnection): void;
  /**
   * Told once, when the connection is closed. The code is the first close frame's, whoever sent it:
   * 1005 if it had none, 1006 if there was no such frame (RFC 6455 7.4.1).
   */
  onClose?(connection: WebSocketConnection, code: number, reason: string): void;
}

export interface WebSocketOptions {
  readonly handler: WebSocketHandler;
  readonly clock: Clock;
  /** Of a message, compressed and not. Beyond it, the connection is closed with 1009. */
  readonly maxMessageBytes: number;
  /**
   * What may wait for a slow client before the next message; beyond it, the connection is closed
   * with 1008. The server's own limit resets it, so this one should be lower.
   */
  readonly maxUnsentBytes: number;
  /** A client is pinged after so long a silence, and reset after as much again; 0 for never. */
  readonly pingAfterMs: number;
  /** Compresses messages for clients that offer it (permessage-deflate, RFC 7692). */
  readonly deflates: boolean;
  /** Picks one of the subprotocols that the client offers, in its order; undefined for none. */
  chooseProtocol?(offered: readonly string[]): string | undefined;
}
