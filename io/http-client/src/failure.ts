import type { WireErrorCode } from "@breakwater/wire";
import { LAST_HTTP2_CODE } from "./http2-codes.ts";

/**
 * Why a request got no response, as a value: a load test counts failures, it does not stop at them.
 */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  /** The code that an HTTP/2 peer gave, or we gave it (RFC 9113 7). */
  readonly http2Code?: number;
}

/** Closed: each edge maps every code. */
export type FailureCode =
  | "interrupted"
  | "invalid_url"
  | "invalid_address"
  | "dns_not_found"
  | "dns_failed"
  | "blacklisted_ip"
  | "blocked_hostname"
  | "proxy_failed"
  | "connect_refused"
  | "connect_timeout"
  | "connect_failed"
  | "tls_unknown_authority"
  | "tls_hostname"
  | "tls_certificate"
  | "tls_not_spoken"
  | "tls_alert"
  | "tls_failed"
  | "reset"
  | "closed_early"
  | "first_byte_timeout"
  | "timeout"
  | "invalid_response"
  | "too_large"
  | "body_stream_failed"
  | "http2_unsupported"
  | "http2_goaway"
  | "http2_stream"
  | "http2_connection"
  | "http3_unsupported"
  | "http3_failed";

/**
 * The `error_code` that k6 gives for the same thing; of the last HTTP/2 codes the first of a range,
 * of which k6ErrorCodeOf() gives the one.
 */
export const k6ErrorCode: Readonly<Record<FailureCode, number>> = {
  interrupted: 1000,
  invalid_url: 1020,
  invalid_address: 1020,
  dns_not_found: 1101,
  dns_failed: 1100,
  blacklisted_ip: 1110,
  blocked_hostname: 1111,
  proxy_failed: 1000,
  connect_refused: 1212,
  connect_timeout: 1211,
  connect_failed: 1210,
  tls_unknown_authority: 1310,
  tls_hostname: 1311,
  // k6 v2.2 has 1300 for TLS and gives it to nothing: what it has no code for is 1000, and an alert
  // 1010, being an error of a network that is not "tcp".
  tls_certificate: 1000,
  tls_not_spoken: 1301,
  tls_alert: 1010,
  tls_failed: 1000,
  reset: 1220,
  closed_early: 1000,
  first_byte_timeout: 1050,
  timeout: 1050,
  invalid_response: 1000,
  too_large: 1000,
  body_stream_failed: 1000,
  http2_unsupported: 1600,
  http2_goaway: 1610,
  http2_stream: 1630,
  http2_connection: 1650,
  http3_unsupported: 1000,
  http3_failed: 1000,
};

/** The `error_code` that k6 gives: for HTTP/2, 1 + the peer's code is added to the kind's. */
export function k6ErrorCodeOf({ code, http2Code }: Failure): number {
  const isNamed = http2Code !== undefined && http2Code <= LAST_HTTP2_CODE;
  return k6ErrorCode[code] + (isNamed ? 1 + http2Code : 0);
}

/** What a response that the decoder refuses is as a failure. */
export const failureForWireError: Readonly<Record<WireErrorCode, FailureCode>> = {
  bad_status_line: "invalid_response",
  bad_header: "invalid_response",
  bad_content_length: "invalid_response",
  bad_transfer_encoding: "invalid_response",
  bad_chunk: "invalid_response",
  head_too_large: "too_large",
  too_many_headers: "too_large",
  too_many_interim: "too_large",
  body_too_large: "too_large",
  chunk_line_too_long: "too_large",
  trailer_too_large: "too_large",
  truncated: "closed_early",
  bad_hpack: "invalid_response",
  frame_too_large: "invalid_response",
  bad_request_method: "invalid_response",
  bad_request_target: "invalid_response",
  bad_request_header: "invalid_response",
  // A client's decoders do not say these.
  bad_request_line: "invalid_response",
  unsupported_version: "invalid_response",
  bad_host: "invalid_response",
  ambiguous_length: "invalid_response",
  bad_proxy_header: "invalid_response",
  bad_response_head: "invalid_response",
};
