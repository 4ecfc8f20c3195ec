/** Why a connection did not come about, or ended without being closed, as a value. */
export interface WsFailure {
  readonly code: WsFailureCode;
  readonly message: string;
}

/** Closed: each edge maps every code. */
export type WsFailureCode =
  | "lookup_failed"
  | "connect_refused"
  | "connect_failed"
  | "tls_failed"
  | "handshake_timeout"
  /** An answer came that does not open a WebSocket. */
  | "bad_handshake"
  | "reset"
  /** The peer was gone without a close frame. */
  | "closed_early"
  /** The peer sent what RFC 6455 forbids. */
  | "protocol_error"
  | "message_too_large"
  | "backlog_full"
  | "close_timeout";
