import { expect, test } from "bun:test";
import { type Failure, k6ErrorCodeOf } from "./failure.ts";

// As k6 v2.2.0 gave them when it was run against the same faults, and as its source has them.
test.each<[Failure["code"], number | undefined, number]>([
  ["tls_unknown_authority", undefined, 1310],
  ["tls_hostname", undefined, 1311],
  ["tls_certificate", undefined, 1000],
  ["tls_not_spoken", undefined, 1301],
  ["tls_alert", undefined, 1010],
  ["tls_failed", undefined, 1000],
  ["reset", undefined, 1220],
  ["closed_early", undefined, 1000],
  ["dns_not_found", undefined, 1101],
  ["blocked_hostname", undefined, 1111],
  ["blacklisted_ip", undefined, 1110],
  ["connect_refused", undefined, 1212],
  ["http2_goaway", 0, 1611],
  ["http2_goaway", 13, 1624],
  ["http2_stream", 8, 1639],
  ["http2_stream", 14, 1630],
  ["http2_connection", 1, 1652],
  ["http2_connection", undefined, 1650],
])("%s (%p) is k6's %i", (code, http2Code, k6Code) => {
  const failure = { code, message: "", ...(http2Code !== undefined && { http2Code }) };
  expect(k6ErrorCodeOf(failure)).toBe(k6Code);
});
