/**
 * Why bytes from outside could not be read, or a message not be written. Closed: each edge maps
 * every code.
 */
export type WireErrorCode =
  | "bad_status_line"
  | "bad_request_line"
  /** A request of another version than HTTP/1. */
  | "unsupported_version"
  /** A request's Host is missing, there twice, or none (RFC 9112 3.2). */
  | "bad_host"
  /** A request whose end readers could see in different places (RFC 9112 6.1, 11.2). */
  | "ambiguous_length"
  | "bad_header"
  | "bad_content_length"
  | "bad_transfer_encoding"
  | "bad_chunk"
  | "head_too_large"
  | "too_many_headers"
  | "too_many_interim"
  | "body_too_large"
  | "chunk_line_too_long"
  | "trailer_too_large"
  | "truncated"
  | "bad_hpack"
  | "frame_too_large"
  /** A connection that does not begin as PROXY protocol has it. */
  | "bad_proxy_header"
  /** The rest: what was to be written is refused. */
  | "bad_request_method"
  | "bad_request_target"
  | "bad_request_header"
  | "bad_response_head";

export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
