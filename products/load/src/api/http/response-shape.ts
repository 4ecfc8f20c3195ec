/** The parts of a request's time, in ms, as k6 has them (load.md 1.6). */
export interface ResponseTimings {
  /** sending + waiting + receiving. */
  readonly duration: number;
  readonly blocked: number;
  readonly looking_up: number;
  readonly connecting: number;
  readonly tls_handshaking: number;
  readonly sending: number;
  readonly waiting: number;
  readonly receiving: number;
}

export interface ResponseCookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  readonly http_only: boolean;
  readonly secure: boolean;
  readonly max_age: number;
  /** In ms since 1970; 0 for a cookie of the session. */
  readonly expires: number;
}

/** What the script asked for, before redirects. */
export interface ResponseRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Before compression; "" for a stream. */
  readonly body: string;
  readonly cookies: Readonly<Record<string, readonly RequestCookie[]>>;
}

export interface RequestCookie {
  readonly name: string;
  readonly value: string;
  readonly replace: boolean;
}

/** A stapled answer about the certificate; times in s since 1970. */
export interface ResponseOcsp {
  readonly produced_at: number;
  readonly this_update: number;
  readonly next_update: number;
  readonly revoked_at: number;
  readonly revocation_reason: string;
  /** "" without TLS, "unknown" where the server staples none. */
  readonly status: string;
}
