/** Something that makes no WebSocket; the caller's mistake, not the server's. */
export class WsClientError extends Error {
  override readonly name = "WsClientError";
  readonly code: WsClientErrorCode;

  constructor(code: WsClientErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type WsClientErrorCode = "invalid_url" | "invalid_header" | "invalid_protocol";
