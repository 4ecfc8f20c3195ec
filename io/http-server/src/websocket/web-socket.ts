import type { Clock } from "@breakwater/clock";
import type { PreparedFrame } from "./prepare-frame.ts";

export type MessageKind = "text" | "binary";

/** A client's WebSocket (RFC 6455), from its handshake to its end. */
export interface WebSocketConnection {
  /**
   * Sends a message; the bytes are copied. What is sent within one turn of the event loop leaves in
   * one write at its end, or as soon as there are 64 KiB. True: more, please. False: the client is
   * slower, so wait for the handler's onDrain(); or it is closing and takes no more.
   */
  send(kind: MessageKind, payload: Uint8Array | string): boolean;
  /** send() of what was prepared for many: nothing is encoded, compressed or copied again. */
  sendPrepared(frame: PreparedFrame): boolean;
  /** False from the first close frame on, whoever sent it. */
  readonly isOpen: boolean;
  /** What was sent and the client does not take yet, without what the kernel keeps. */
  readonly unsentBytes: number;
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
  /** Told texts instead of onMessage(). For whom a text is one this is cheaper. */
  onText?(connection: WebSocketConnection, text: string): void;
  /**
   * A message is beyond `maxMessageBytes`, and is skipped without taking memory. Told once, before
   * the rest of it has come: it has `bytes` at least. Left out, the connection is closed with 1009.
   */
  onTooLarge?(connection: WebSocketConnection, bytes: number): void;
  /** There is room again after a send() that said false. */
  onDrain?(connection: WebSocketConnection): void;
  /** The client is there still: it has answered a ping. */
  onPong?(connection: WebSocketConnection): void;
  /** The server is about to stop: told once. Left out, the connection is closed by goAway(). */
  onStop?(connection: WebSocketConnection): void;
  /**
   * Told once, when the connection is closed. The code is the first close frame's, whoever sent it:
   * 1005 if it had none, 1006 if there was no such frame (RFC 6455 7.4.1).
   */
  onClose?(connection: WebSocketConnection, code: number, reason: string): void;
}

export interface WebSocketOptions {
  readonly handler: WebSocketHandler;
  readonly clock: Clock;
  /** Of a message, compressed and not. See onTooLarge(). */
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
  /** Shorter messages are not compressed. Left out: 64, below which they hardly shrink. */
  readonly minDeflatedBytes?: number;
  /** Picks one of the subprotocols that the client offers, in its order; undefined for none. */
  chooseProtocol?(offered: readonly string[]): string | undefined;
}
