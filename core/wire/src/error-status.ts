import type { WireErrorCode } from "./error.ts";

/** What a server answers to a request that could not be read; 500 where it cannot be its fault. */
export const statusOf: Readonly<Record<WireErrorCode, number>> = {
  bad_status_line: 500,
  bad_request_line: 400,
  unsupported_version: 505,
  bad_host: 400,
  ambiguous_length: 400,
  bad_header: 400,
  bad_content_length: 400,
  bad_transfer_encoding: 501,
  bad_chunk: 400,
  head_too_large: 431,
  too_many_headers: 431,
  too_many_interim: 500,
  body_too_large: 413,
  chunk_line_too_long: 400,
  trailer_too_large: 431,
  truncated: 400,
  bad_hpack: 400,
  frame_too_large: 400,
  bad_proxy_header: 400,
  bad_request_method: 500,
  bad_request_target: 500,
  bad_request_header: 500,
  bad_response_head: 500,
};
