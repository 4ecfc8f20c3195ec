import { type OutgoingRequest, type ParsedUrl, parseUrl } from "@breakwater/http-client";
import { encodeRequestHead } from "@breakwater/wire";
import type { HttpSettings, HttpVersion } from "../../plan/plan.ts";
import { RateLimiter } from "./rate-limiter.ts";

export type HeaderList = readonly (readonly [name: string, value: string])[];

/**
 * Scripts that put an id into every URL would fill the memory: past this many the cache starts
 * anew.
 */
const MAX_URLS = 10_000;

export const REQUEST_TIMEOUT_MS = 60_000; // k6's default

/**
 * A URL taken apart, and the requests without body or headers of their own that were made of it.
 */
export interface CachedUrl {
  readonly parsed: ParsedUrl;
  /** For tags and `url`: without the password. */
  readonly shownUrl: string;
  readonly plain: Map<string, OutgoingRequest>;
}

/** What a process's VUs send again and again, encoded once, and what they have in common. */
export class RequestCache {
  /** undefined without the option `rps`. */
  readonly limiter: RateLimiter | undefined;
  readonly #settings: HttpSettings;
  readonly #byUrl = new Map<string, CachedUrl>();

  /** Of `workers` processes each has an equal share of the option `rps`. */
  constructor(settings: HttpSettings, { workers = 1 }: { readonly workers?: number } = {}) {
    const { requestsPerSecond } = settings;
    this.#settings = settings;
    this.limiter =
      requestsPerSecond === undefined || requestsPerSecond === 0
        ? undefined
        : new RateLimiter(requestsPerSecond / workers);
  }

  /** @throws HttpClientError when `url` is no URL that can be requested */
  url(url: string): CachedUrl {
    const known = this.#byUrl.get(url);
    if (known) return known;
    const parsed = parseUrl(url);
    const shownUrl = parsed.userinfo ? withoutPassword(url) : url;
    const entry: CachedUrl = { parsed, shownUrl, plain: new Map() };
    if (this.#byUrl.size >= MAX_URLS) this.#byUrl.clear();
    this.#byUrl.set(url, entry);
    return entry;
  }

  /** The request that has neither body, headers, cookies nor params of its own. */
  plain(url: CachedUrl, method: string): OutgoingRequest {
    const known = url.plain.get(method);
    if (known) return known;
    const settings = this.#settings;
    const { parsed } = url;
    const request: OutgoingRequest = {
      origin: parsed.origin,
      method,
      ...encodeRequest(parsed, method, headersFor(parsed, settings, []), settings.httpVersion),
      collectBody: !settings.discardResponseBodies,
      timeoutMs: REQUEST_TIMEOUT_MS,
    };
    url.plain.set(method, request);
    return request;
  }
}

/** As k6 shows it. */
function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password !== "") shown.password = "****";
  shown.username = "****";
  return shown.href;
}

/** A request's headers, ours included. `authorization` as in a Hop. */
export function headersFor(
  url: ParsedUrl,
  settings: HttpSettings,
  own: HeaderList,
  authorization: string | null | undefined = undefined,
): HeaderList {
  const ours: [string, string][] = [["Host", url.hostHeader]];
  if (settings.userAgent !== "") ours.push(["User-Agent", settings.userAgent]);
  if (authorization) ours.push(["Authorization", authorization]);
  else if (url.userinfo && authorization === undefined) {
    ours.push(["Authorization", basic(url.userinfo)]);
  }
  if (settings.noConnectionReuse) ours.push(["Connection", "close"]);
  const given = new Set(own.map(([name]) => name.toLowerCase()));
  const kept = ours.filter(([name]) => !given.has(name.toLowerCase()));
  return [...kept, ...own];
}

type EncodedRequest = Pick<
  OutgoingRequest,
  "head" | "fields" | "path" | "authority" | "httpVersion"
>;

/** The head in bytes; for later versions of HTTP also the parts that they frame by themselves. */
export function encodeRequest(
  url: ParsedUrl,
  method: string,
  headers: HeaderList,
  version: HttpVersion,
): EncodedRequest {
  const head = encodeRequestHead({ method, target: url.target, headers });
  const isPlainText = !url.origin.secure && version === "auto";
  if (version === "1.1" || isPlainText) return { head };
  const authority = headers.find(([name]) => name.toLowerCase() === "host")?.[1] ?? url.hostHeader;
  const fields = headers.filter(([name]) => !connectionHeaders.has(name.toLowerCase()));
  return { head, fields, path: url.target, authority, httpVersion: version };
}

/** What HTTP/2 and HTTP/3 say in other ways, or not at all (RFC 9113 8.2.2). */
const connectionHeaders = new Set(["host", "connection", "transfer-encoding"]);

/** RFC 7617. */
function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
