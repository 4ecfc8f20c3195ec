import type { WireErrorCode } from "@breakwater/wire";

/**
 * Why a request got no response, as a value: a load test counts failures, it does not stop at them.
 */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
}

/** Closed: each edge maps every code. */
export type FailureCode =
  | "interrupted"
  | "invalid_url"
  | "dns_not_found"
  | "dns_failed"
  | "connect_refused"
  | "connect_timeout"
  | "connect_failed"
  | "tls_unknown_authority"
  | "tls_hostname"
  | "tls_certificate"
  | "tls_failed"
  | "reset"
  | "closed_early"
  | "first_byte_timeout"
  | "timeout"
  | "invalid_response"
  | "too_large"
  | "body_stream_failed";

/** The `error_code` that k6 gives for the same thing. */
export const k6ErrorCode: Readonly<Record<FailureCode, number>> = {
  interrupted: 1000,
  invalid_url: 1020,
  dns_not_found: 1101,
  dns_failed: 1100,
  connect_refused: 1212,
  connect_timeout: 1211,
  connect_failed: 1210,
  tls_unknown_authority: 1310,
  tls_hostname: 1311,
  tls_certificate: 1300,
  tls_failed: 1300,
  reset: 1220,
  closed_early: 1000,
  first_byte_timeout: 1050,
  timeout: 1050,
  invalid_response: 1000,
  too_large: 1000,
  body_stream_failed: 1000,
};

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
  bad_request_method: "invalid_response",
  bad_request_target: "invalid_response",
  bad_request_header: "invalid_response",
};
