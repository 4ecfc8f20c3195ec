/** What of a token's header (RFC 7515, 4) says which key it needs. */
export interface JwtHeader {
  readonly alg: string;
  readonly kid: string | undefined;
}

/**
 * Reads a header that is still in base64url, or answers `undefined` when it is none or asks for
 * something that must be understood (`crit`, RFC 7515, 4.1.11): we understand no extension.
 */
export function tryReadHeader(base64url: string): JwtHeader | undefined {
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(base64url, "base64url").toString());
  } catch {
    return undefined;
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) return undefined;
  const { alg, kid, crit } = header as Readonly<Record<string, unknown>>;
  if (typeof alg !== "string" || crit !== undefined) return undefined;
  if (kid !== undefined && typeof kid !== "string") return undefined;
  return { alg, kid };
}
