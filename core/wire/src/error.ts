/**
 * Why bytes from outside could not be read, or (`bad_request_…`) a request not be written.
 * Closed: each edge maps every code.
 */
export type WireErrorCode =
  | "bad_status_line"
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
  | "bad_request_method"
  | "bad_request_target"
  | "bad_request_header";

export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
