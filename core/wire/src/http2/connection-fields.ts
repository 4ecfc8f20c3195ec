/** What concerns an HTTP/1.1 connection, and has no place in HTTP/2 (RFC 9113 8.2.2). */
export const connectionFields: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);
