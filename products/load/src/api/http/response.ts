import type { Exchange } from "@breakwater/http-client";
import type { ResponseHead } from "@breakwater/wire";
import type { Cookie } from "tough-cookie";
import { k6TlsVersion } from "../../vu/describe-exchange.ts";
import { cookieLibrary } from "./cookie-library.ts";
import type { ResponseType } from "./request.ts";

type TagMap = Readonly<Record<string, string>>;

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

export interface ResponseRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}

/** A body that may not have been looked at yet. */
export interface ResponseContent {
  bytes(): Uint8Array;
}

/** What was asked for last: after redirects not what the script asked for. */
export interface SentHop {
  readonly method: string;
  readonly urlText: string;
}

const decoder = new TextDecoder();

/**
 * k6's Response. What a script does not look at is not computed. Hot path: one is made for every
 * request, so it copies plain numbers out of the exchange, which its connection uses again.
 */
export class HttpResponse {
  readonly status: number;
  readonly error: string;
  readonly error_code: number;
  readonly #hop: SentHop;
  readonly #requestHead: Uint8Array | undefined;
  readonly #head: ResponseHead | undefined;
  readonly #remoteAddress: string | undefined;
  readonly #remotePort: number | undefined;
  readonly #tlsVersion: string | undefined;
  readonly #tlsCipher: string | undefined;
  readonly #blockedMs: number;
  readonly #lookingUpMs: number;
  readonly #connectingMs: number;
  readonly #tlsHandshakingMs: number;
  readonly #sendingMs: number;
  readonly #waitingMs: number;
  readonly #receivingMs: number;
  readonly #type: ResponseType;
  readonly #content: ResponseContent | undefined;
  #headers: TagMap | undefined;
  #body: string | ArrayBuffer | null | undefined;

  constructor(options: {
    readonly exchange: Exchange | undefined;
    readonly hop: SentHop;
    readonly type: ResponseType;
    /** Without its content coding; undefined when there was none. */
    readonly content: ResponseContent | undefined;
    readonly error: string;
    readonly errorCode: number;
  }) {
    const { exchange, error } = options;
    // As in k6 a failed request has no answer, even when a part of one came.
    this.#head = error === "" ? exchange?.head : undefined;
    this.status = this.#head?.status ?? 0;
    this.error = error;
    this.error_code = options.errorCode;
    this.#hop = options.hop;
    this.#requestHead = exchange?.request.head;
    this.#remoteAddress = exchange?.remoteAddress;
    this.#remotePort = exchange?.remotePort;
    this.#tlsVersion = exchange?.tlsVersion;
    this.#tlsCipher = exchange?.tlsCipher;
    this.#blockedMs = exchange?.blockedMs ?? 0;
    this.#lookingUpMs = exchange?.lookingUpMs ?? 0;
    this.#connectingMs = exchange?.connectingMs ?? 0;
    this.#tlsHandshakingMs = exchange?.tlsHandshakingMs ?? 0;
    this.#sendingMs = exchange?.sendingMs ?? 0;
    this.#waitingMs = exchange?.waitingMs ?? 0;
    this.#receivingMs = exchange?.receivingMs ?? 0;
    this.#type = options.type;
    this.#content = options.content;
  }

  get status_text(): string {
    const head = this.#head;
    return head ? `${head.status} ${head.reason}` : "";
  }
  /** Where the last redirect led. */
  get url(): string {
    return this.#hop.urlText;
  }
  get proto(): string {
    return this.#head ? `HTTP/1.${this.#head.minorVersion}` : "";
  }
  get remote_ip(): string {
    return this.#remoteAddress ?? "";
  }
  get remote_port(): number {
    return this.#remotePort ?? 0;
  }
  get tls_version(): string {
    return this.#tlsVersion === undefined ? "" : k6TlsVersion(this.#tlsVersion);
  }
  get tls_cipher_suite(): string {
    return this.#tlsCipher ?? "";
  }
  get timings(): ResponseTimings {
    return {
      duration: this.#sendingMs + this.#waitingMs + this.#receivingMs,
      blocked: this.#blockedMs,
      looking_up: this.#lookingUpMs,
      connecting: this.#connectingMs,
      tls_handshaking: this.#tlsHandshakingMs,
      sending: this.#sendingMs,
      waiting: this.#waitingMs,
      receiving: this.#receivingMs,
    };
  }
  get request(): ResponseRequest {
    const { method, urlText } = this.#hop;
    const head = decoder.decode(this.#requestHead);
    const end = head.indexOf("\r\n\r\n");
    const headers: Record<string, string[]> = {};
    for (const line of head.slice(0, Math.max(0, end)).split("\r\n").slice(1)) {
      const colon = line.indexOf(":");
      const name = canonicalName(line.slice(0, colon));
      headers[name] ??= [];
      headers[name]?.push(line.slice(colon + 1).trim());
    }
    return { method, url: urlText, headers, body: end === -1 ? "" : head.slice(end + 4) };
  }

  /** Names in their canonical case (Content-Type); values of one name joined by ", ". */
  get headers(): TagMap {
    if (this.#headers) return this.#headers;
    const headers: Record<string, string> = {};
    for (const [name, value] of this.#pairs()) {
      const key = canonicalName(name);
      headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
    }
    this.#headers = headers;
    return headers;
  }

  get body(): string | ArrayBuffer | null {
    this.#body ??= this.#readBody();
    return this.#body;
  }

  get cookies(): Readonly<Record<string, readonly ResponseCookie[]>> {
    const { Cookie } = cookieLibrary();
    const cookies: Record<string, ResponseCookie[]> = Object.create(null);
    for (const [name, value] of this.#pairs()) {
      if (name.toLowerCase() !== "set-cookie") continue;
      const cookie = Cookie.parse(value);
      if (!cookie) continue;
      cookies[cookie.key] ??= [];
      cookies[cookie.key]?.push(toResponseCookie(cookie));
    }
    return cookies;
  }

  #readBody(): string | ArrayBuffer | null {
    if (this.#type === "none" || this.error !== "") return null;
    const bytes = this.#content?.bytes() ?? new Uint8Array(0);
    return this.#type === "binary" ? new Uint8Array(bytes).buffer : decoder.decode(bytes);
  }

  #pairs(): readonly (readonly [name: string, value: string])[] {
    return this.#head?.headers() ?? [];
  }

  /** The body as JSON. Throws when it is none. */
  json(): unknown {
    const { body } = this;
    if (body === null) throw new TypeError(`Cannot read JSON from ${this.url}: it has no body`);
    const text = typeof body === "string" ? body : decoder.decode(new Uint8Array(body));
    try {
      return JSON.parse(text);
    } catch (cause) {
      const start = JSON.stringify(text.slice(0, 40));
      const message = `Cannot read the body of ${this.url} as JSON: it starts with ${start}`;
      throw new TypeError(message, { cause });
    }
  }
}

function toResponseCookie(cookie: Cookie): ResponseCookie {
  const { expires, maxAge } = cookie;
  return {
    name: cookie.key,
    value: cookie.value,
    domain: cookie.domain ?? "",
    path: cookie.path ?? "",
    http_only: cookie.httpOnly,
    secure: cookie.secure,
    max_age: typeof maxAge === "number" && Number.isFinite(maxAge) ? maxAge : 0,
    expires: expires instanceof Date ? expires.getTime() : 0,
  };
}

const canonicalNames = new Map<string, string>();
/** Servers send few different names; one that sends new ones for ever must not fill the memory. */
const MAX_CANONICAL_NAMES = 1000;

function canonicalName(name: string): string {
  const known = canonicalNames.get(name);
  if (known) return known;
  const canonical = name
    .toLowerCase()
    .split("-")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("-");
  if (canonicalNames.size < MAX_CANONICAL_NAMES) canonicalNames.set(name, canonical);
  return canonical;
}
