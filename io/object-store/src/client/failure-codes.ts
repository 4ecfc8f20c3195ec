import type { FailureCode } from "@breakwater/http-client";
import type { ObjectStoreErrorCode } from "../object-store-error.ts";

/** What a request that got no answer is to the caller, and whether another try may help. */
export interface FailureMeaning {
  readonly code: ObjectStoreErrorCode;
  readonly isPassing: boolean;
}

const lost: FailureMeaning = { code: "unreachable", isPassing: true };
const wrong: FailureMeaning = { code: "unreachable", isPassing: false };
const late: FailureMeaning = { code: "timeout", isPassing: true };
const nonsense: FailureMeaning = { code: "store_failed", isPassing: false };

export const failureMeanings: Readonly<Record<FailureCode, FailureMeaning>> = {
  interrupted: { code: "aborted", isPassing: false },
  invalid_url: wrong,
  invalid_address: wrong,
  dns_not_found: wrong,
  dns_failed: lost,
  blacklisted_ip: wrong,
  blocked_hostname: wrong,
  proxy_failed: lost,
  connect_refused: lost,
  connect_timeout: late,
  connect_failed: lost,
  tls_unknown_authority: wrong,
  tls_hostname: wrong,
  tls_certificate: wrong,
  tls_not_spoken: wrong,
  tls_alert: wrong,
  tls_failed: lost,
  reset: lost,
  closed_early: lost,
  first_byte_timeout: late,
  timeout: late,
  invalid_response: nonsense,
  too_large: nonsense,
  body_stream_failed: { code: "bad_request", isPassing: false },
  http2_unsupported: wrong,
  http2_goaway: lost,
  http2_stream: lost,
  http2_connection: lost,
  http3_unsupported: wrong,
  http3_failed: lost,
};
