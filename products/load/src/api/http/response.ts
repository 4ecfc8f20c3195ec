import type { Exchange } from "@breakwater/http-client";
import type { ResponseHead } from "@breakwater/wire";
import type { Selection } from "../html/selection.ts";
import type { Caller } from "./caller.ts";
import { canonicalName } from "./canonical-name.ts";
import { queryJson } from "./json-path/json-path.ts";
import {
  type ClickLinkOptions,
  readForm,
  readLink,
  type SubmitFormOptions,
} from "./page-actions.ts";
import type { ResponseType } from "./request.ts";
import { readCookies } from "./response-cookie.ts";
import { type SentRequest, toResponseRequest } from "./response-request.ts";
import type {
  ResponseCookie,
  ResponseOcsp,
  ResponseRequest,
  ResponseTimings,
} from "./response-shape.ts";

/** A body that may not have been looked at yet. */
export interface ResponseContent {
  bytes(): Uint8Array;
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
  /** Where the last redirect led. */
  readonly url: string;
  readonly #request: SentRequest;
  readonly #caller: Caller;
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
  #headers: Readonly<Record<string, string>> | undefined;
  #body: string | ArrayBuffer | null | undefined;
  #json: unknown;

  constructor(options: {
    readonly exchange: Exchange | undefined;
    readonly url: string;
    readonly request: SentRequest;
    readonly type: ResponseType;
    /** Without its content coding; undefined when there was none. */
    readonly content: ResponseContent | undefined;
    readonly error: string;
    readonly errorCode: number;
    readonly caller: Caller;
  }) {
    const { exchange, error } = options;
    // As in k6 a failed request has no answer, even when a part of one came.
    this.#head = error === "" ? exchange?.head : undefined;
    this.status = this.#head?.status ?? 0;
    this.error = error;
    this.error_code = options.errorCode;
    this.url = options.url;
    this.#request = options.request;
    this.#caller = options.caller;
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
  get proto(): string {
    return this.#head?.protocol ?? "";
  }
  get remote_ip(): string {
    return this.#remoteAddress ?? "";
  }
  get remote_port(): number {
    return this.#remotePort ?? 0;
  }
  get tls_version(): string {
    return this.#tlsVersion ?? "";
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
  get ocsp(): ResponseOcsp {
    return { ...noOcsp, status: this.#tlsVersion === undefined ? "" : "unknown" };
  }
  get request(): ResponseRequest {
    return toResponseRequest(this.#request);
  }

  /** Names in their canonical case (Content-Type); values of one name joined by ", ". */
  get headers(): Readonly<Record<string, string>> {
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
    return readCookies(this.#pairs());
  }

  /**
   * The body as JSON, or what a GJSON path finds in it: undefined when that is nothing, also where
   * the body is no JSON. Without a path that throws.
   */
  json(path?: string): unknown {
    const text = this.#text("JSON");
    if (path !== undefined && !this.#tryParse(text)) return undefined;
    if (this.#json === undefined) this.#json = parseJson(text, this.url);
    return path === undefined ? this.#json : queryJson(this.#json, String(path));
  }

  /** The body as k6/html's Selection, or what the CSS selector finds in it. */
  html(selector?: string): Selection {
    const page = htmlModule().parseHtml(this.#text("HTML"), this.url);
    return selector === undefined ? page : page.find(selector);
  }

  /** Fills in the form that `formSelector` finds and sends it. */
  async submitForm(options?: SubmitFormOptions | null): Promise<HttpResponse> {
    const { method, url, values } = readForm(this, options ?? {});
    return await this.#caller.send(method, url, values, options?.params);
  }

  /** Follows the link that `selector` finds. */
  async clickLink(options?: ClickLinkOptions | null): Promise<HttpResponse> {
    return await this.#caller.send(
      "GET",
      readLink(this, options ?? {}),
      undefined,
      options?.params,
    );
  }

  /** All of it, as k6 prints responses. */
  toJSON(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(shownFields.map((name) => [name, this[name]]));
  }

  #text(what: string): string {
    const { body } = this;
    if (body === null) {
      const why = this.error === "" ? "it has no body" : this.error;
      throw new TypeError(`Cannot read ${what} from ${this.url}: ${why}`);
    }
    return typeof body === "string" ? body : decoder.decode(body);
  }

  #tryParse(text: string): boolean {
    try {
      this.#json ??= JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  }

  #readBody(): string | ArrayBuffer | null {
    if (this.#type === "none" || this.error !== "" || bodiless.has(this.status)) return null;
    const bytes = this.#content?.bytes() ?? new Uint8Array(0);
    return this.#type === "binary" ? new Uint8Array(bytes).buffer : decoder.decode(bytes);
  }

  #pairs(): readonly (readonly [name: string, value: string])[] {
    return this.#head?.headers() ?? [];
  }
}

/** Answers that never have one (RFC 9110 6.4.1): k6 gives null, not an empty text. */
const bodiless = new Set([204, 304]);

const shownFields = [
  "remote_ip",
  "remote_port",
  "url",
  "status",
  "status_text",
  "proto",
  "headers",
  "cookies",
  "body",
  "timings",
  "tls_version",
  "tls_cipher_suite",
  "ocsp",
  "error",
  "error_code",
  "request",
] as const;

const noOcsp: ResponseOcsp = {
  produced_at: 0,
  this_update: 0,
  next_update: 0,
  revoked_at: 0,
  revocation_reason: "",
  status: "",
};

/**
 * Loaded when a script first asks for HTML: the parser takes memory that most tests have no use
 * for. k6's html() gives its result at once, so not by import().
 */
function htmlModule(): typeof import("../html/html.ts") {
  return require("../html/html.ts");
}

function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const start = JSON.stringify(text.slice(0, 40));
    const message = `Cannot read the body of ${url} as JSON: it starts with ${start}`;
    throw new TypeError(message, { cause });
  }
}
