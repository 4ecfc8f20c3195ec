/** The tags that k6 gives samples unless it is told otherwise (load.md 1.4). */
export const defaultSystemTags = [
  "proto",
  "subproto",
  "status",
  "method",
  "url",
  "name",
  "group",
  "check",
  "error",
  "error_code",
  "tls_version",
  "scenario",
  "service",
  "expected_response",
] as const;

/** Those, and the ones that have to be asked for. */
export const systemTagNames: readonly string[] = [
  ...defaultSystemTags,
  "iter",
  "vu",
  "ocsp_status",
  "ip",
];
