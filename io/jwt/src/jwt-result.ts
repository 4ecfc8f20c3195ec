/**
 * Why a token is refused. Only `keys_unavailable` is not the client's doing: the key set could not
 * be fetched, so nothing is known about the token, and 503 is the honest answer rather than 401.
 */
export type JwtRefusal =
  | "missing"
  | "too_long"
  | "malformed"
  | "algorithm"
  | "unknown_key"
  | "bad_signature"
  | "expired"
  | "not_yet"
  | "wrong_issuer"
  | "wrong_audience"
  | "keys_unavailable";

/** What a token says (RFC 7519, 4.1). Times are in seconds since 1970. */
export interface JwtClaims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly [name: string]: unknown;
}

export interface RefusedJwt {
  readonly ok: false;
  readonly reason: JwtRefusal;
}

export type JwtResult = { readonly ok: true; readonly claims: JwtClaims } | RefusedJwt;

/** One object per reason: refusing what an attacker sends in bulk leaves no garbage. */
export const refused: Readonly<Record<JwtRefusal, RefusedJwt>> = {
  missing: { ok: false, reason: "missing" },
  too_long: { ok: false, reason: "too_long" },
  malformed: { ok: false, reason: "malformed" },
  algorithm: { ok: false, reason: "algorithm" },
  unknown_key: { ok: false, reason: "unknown_key" },
  bad_signature: { ok: false, reason: "bad_signature" },
  expired: { ok: false, reason: "expired" },
  not_yet: { ok: false, reason: "not_yet" },
  wrong_issuer: { ok: false, reason: "wrong_issuer" },
  wrong_audience: { ok: false, reason: "wrong_audience" },
  keys_unavailable: { ok: false, reason: "keys_unavailable" },
};
