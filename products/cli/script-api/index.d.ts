/**
 * What a script gets from `import { http, check, … } from "breakwater"`. Only `bw run` provides it.
 *
 * The names and meanings are k6's; the calls that wait are awaited here.
 */

import type { Selection } from "./selection.d.ts";

export type { Element, Selection } from "./selection.d.ts";

/** The command line's -e KEY=VALUE and the scenario's env, over this shell's variables. */
declare global {
  const __ENV: Record<string, string>;
}

/** What `expectedStatuses()` of "k6/http" gives. */
export interface ExpectedStatuses {
  has(status: number): boolean;
}

/** What `new CookieJar()` of "k6/http" makes. */
export interface CookieJar {
  cookiesForURL(url: string): Record<string, string[]>;
  clear(url: string): void;
  delete(url: string, name: string): void;
}

export interface RequestParams {
  readonly headers?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly cookies?: Readonly<Record<string, string | { value: string; replace?: boolean }>>;
  /** Where cookies are kept instead of with the VU. */
  readonly jar?: CookieJar;
  /** How the name and password in the URL are shown. */
  readonly auth?: "basic" | "digest" | "ntlm";
  /** ms, or text such as "30s"; 60 s when not given. */
  readonly timeout?: number | string;
  /** Until the answer's first byte, counted from when the request was sent. */
  readonly firstByteTimeout?: number | string;
  /** How many redirects to follow; 10 when not given. */
  readonly redirects?: number;
  /** Compresses the body: a comma list of gzip, deflate, br, zstd. */
  readonly compression?: string;
  /** A failed request throws instead of giving a response with an `error`. */
  readonly throw?: boolean;
  readonly responseType?: "text" | "binary" | "none";
  /** Which statuses do not count as failed: 200 to 399 when not given. With null none fails. */
  readonly responseCallback?: ExpectedStatuses | null;
  /** The version of HTTP; that of `bw run --http` when not given. */
  readonly http?: "1" | "2" | "3";
}

/** An object is sent as a form, or as multipart when it holds an http.file(). */
export type RequestBody =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | ReadableStream<Uint8Array>
  | FormData
  | URLSearchParams
  | Blob
  | Readonly<Record<string, unknown>>
  | null
  | undefined;

export interface FileData {
  readonly data: string | ArrayBuffer | ArrayBufferView;
  readonly filename: string;
  readonly content_type: string;
}

/** In ms. */
export interface ResponseTimings {
  /** sending + waiting + receiving. */
  readonly duration: number;
  /** Until a connection was ready: on a new one with lookup, connect and TLS. */
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

export interface RequestCookie {
  readonly name: string;
  readonly value: string;
  readonly replace: boolean;
}

/** What the server stapled of its certificate's state; times in s since 1970. */
export interface ResponseOcsp {
  readonly produced_at: number;
  readonly this_update: number;
  readonly next_update: number;
  readonly revoked_at: number;
  readonly revocation_reason: string;
  /** "" without TLS, else "unknown": what is stapled cannot be read here. */
  readonly status: string;
}

/** Which form of a page is sent, and with what. */
export interface SubmitFormOptions {
  /** "form" when not given. */
  readonly formSelector?: string;
  /** The button whose name and value go with it; `[type="submit"]` when not given. */
  readonly submitSelector?: string;
  /** Over what the form itself has. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly params?: RequestParams;
}

export interface ClickLinkOptions {
  /** "a[href]" when not given. */
  readonly selector?: string;
  readonly params?: RequestParams;
}

export interface HttpResponse {
  /** 0 when there was no answer: then `error` says why. */
  readonly status: number;
  readonly status_text: string;
  readonly url: string;
  readonly proto: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: Readonly<Record<string, readonly ResponseCookie[]>>;
  readonly body: string | ArrayBuffer | null;
  readonly error: string;
  readonly error_code: number;
  readonly remote_ip: string;
  readonly remote_port: number;
  readonly tls_version: string;
  readonly tls_cipher_suite: string;
  readonly ocsp: ResponseOcsp;
  readonly timings: ResponseTimings;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, readonly string[]>>;
    readonly body: string;
    readonly cookies: Readonly<Record<string, readonly RequestCookie[]>>;
  };
  /** All of it, or what a GJSON path such as "items.#.name" finds; undefined for nothing. */
  json(path?: string): unknown;
  /** The page, or what a CSS selector finds in it. */
  html(selector?: string): Selection;
  /** Throws when there is no such form. */
  submitForm(options?: SubmitFormOptions | null): Promise<HttpResponse>;
  /** Throws when there is no such link. */
  clickLink(options?: ClickLinkOptions | null): Promise<HttpResponse>;
}

export interface Http {
  get(url: string | URL, params?: RequestParams | null): Promise<HttpResponse>;
  head(url: string | URL, params?: RequestParams | null): Promise<HttpResponse>;
  post(url: string | URL, body?: RequestBody, params?: RequestParams | null): Promise<HttpResponse>;
  put(url: string | URL, body?: RequestBody, params?: RequestParams | null): Promise<HttpResponse>;
  patch(
    url: string | URL,
    body?: RequestBody,
    params?: RequestParams | null,
  ): Promise<HttpResponse>;
  del(url: string | URL, body?: RequestBody, params?: RequestParams | null): Promise<HttpResponse>;
  options(
    url: string | URL,
    body?: RequestBody,
    params?: RequestParams | null,
  ): Promise<HttpResponse>;
  request(
    method: string,
    url: string | URL,
    body?: RequestBody,
    params?: RequestParams | null,
  ): Promise<HttpResponse>;
  /** A file in a multipart form: `http.post(url, { upload: http.file(bytes, "a.png") })`. */
  file(
    data: string | ArrayBuffer | ArrayBufferView,
    filename?: string,
    contentType?: string,
  ): FileData;
}

export declare const http: Http;

/** Counts each condition as passed or failed and says whether all held; stops nothing. */
export declare function check<T>(
  value: T,
  checks: Readonly<Record<string, ((value: T) => unknown) | boolean>>,
  tags?: Readonly<Record<string, string>>,
): boolean;

/** What is measured inside carries the group's name; await it when the function is async. */
export declare function group<T>(name: string, run: () => T): T;

export declare function sleep(seconds: number): Promise<void>;

/** Made at the script's top level, added to while it runs. */
interface CustomMetric {
  readonly name: string;
  /** False, and nothing counted, when the value is no number. */
  add(value: number | boolean, tags?: Readonly<Record<string, string>>): boolean;
}

interface CustomMetricConstructor {
  /** `isTime`: the values are ms, and are printed so. */
  new (name: string, isTime?: boolean): CustomMetric;
}

export declare const Counter: CustomMetricConstructor;
export declare const Gauge: CustomMetricConstructor;
export declare const Rate: CustomMetricConstructor;
export declare const Trend: CustomMetricConstructor;
