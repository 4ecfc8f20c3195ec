/** What the client needs of a WebSocket: that of Bun, browsers and Node.js, and of `ws`, has it. */
export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketLike = new (url: string) => SocketLike;

/** The part of a MessageEvent that matters. */
export interface MessageLike {
  readonly data: unknown;
}

/** The part of a CloseEvent that matters. */
export interface CloseLike {
  readonly code?: number;
  readonly reason?: string;
}
