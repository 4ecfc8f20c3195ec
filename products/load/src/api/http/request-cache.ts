import { type OutgoingRequest, type ParsedUrl, parseUrl } from "@breakwater/http-client";
import { encodeRequestHead } from "@breakwater/wire";
import type { HttpSettings } from "../../plan/plan.ts";

type HeaderList = readonly (readonly [name: string, value: string])[];

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

/** What a process's VUs send again and again, encoded once. */
export class RequestCache {
  readonly #settings: HttpSettings;
  readonly #byUrl = new Map<string, CachedUrl>();

  constructor(settings: HttpSettings) {
    this.#settings = settings;
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
    const request: OutgoingRequest = {
      origin: url.parsed.origin,
      method,
      head: encodeHead(url.parsed, method, this.#settings, []),
      collectBody: !this.#settings.discardResponseBodies,
      timeoutMs: REQUEST_TIMEOUT_MS,
    };
    url.plain.set(method, request);
    return request;
  }
}

/** As k6 shows it. */
function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.username = "****";
  shown.password = "****";
  return shown.href;
}

/** A request's head. A header that the caller gives replaces ours of the same name. */
export function encodeHead(
  url: ParsedUrl,
  method: string,
  settings: HttpSettings,
  own: HeaderList,
): Uint8Array {
  const ours: [string, string][] = [["Host", url.hostHeader]];
  if (settings.userAgent !== "") ours.push(["User-Agent", settings.userAgent]);
  if (url.userinfo) ours.push(["Authorization", basic(url.userinfo)]);
  if (settings.noConnectionReuse) ours.push(["Connection", "close"]);
  const given = new Set(own.map(([name]) => name.toLowerCase()));
  const kept = ours.filter(([name]) => !given.has(name.toLowerCase()));
  return encodeRequestHead({ method, target: url.target, headers: [...kept, ...own] });
}

/** RFC 7617. */
function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
