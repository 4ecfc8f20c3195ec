import type { Exchange, ParsedUrl } from "@breakwater/http-client";
import type { VuContext } from "../../vu/vu-context.ts";
import type { Hop } from "./hop.ts";

/** Not sent on to another host: they were meant for the first one (the list of Go's client). */
const secretHeaders = new Set([
  "authorization",
  "cookie",
  "cookie2",
  "proxy-authorization",
  "proxy-authenticate",
  "www-authenticate",
]);

/**
 * Where a redirect leads (RFC 9110 15.4): 301, 302 and 303 go on as GET (HEAD stays HEAD) without
 * the body, 307 and 308 repeat the request. `undefined` when the answer is the last one: no
 * redirect, no usable Location, or a body that was a stream and cannot be sent twice.
 */
export function nextHop(vu: VuContext, hop: Hop, exchange: Exchange): Hop | undefined {
  const status = exchange.head?.status ?? 0;
  if (status < 301 || status > 308) return undefined;
  const repeats = status === 307 || status === 308;
  if (!repeats && status > 303) return undefined;
  const location = exchange.head?.header("location");
  if (location === undefined) return undefined;
  if (repeats && hop.body && !(hop.body.bytes instanceof Uint8Array)) return undefined;

  const target = URL.parse(location, hop.urlText);
  if (target?.protocol !== "http:" && target?.protocol !== "https:") return undefined;
  target.hash = "";
  const urlText = target.href;
  const method = repeats || hop.method === "HEAD" ? hop.method : "GET";
  const url = vu.requests.url(urlText);
  const isSameHost = mayShare(hop.url.parsed, url.parsed);
  const params = isSameHost && repeats ? hop.params : withoutHeaders(hop, { isSameHost, repeats });
  return { method, url, urlText, body: repeats ? hop.body : undefined, params };
}

/**
 * Whether what was meant for one may go to the other: not to another host or port, nor in the
 * clear.
 */
function mayShare(from: ParsedUrl, to: ParsedUrl): boolean {
  return from.hostHeader === to.hostHeader && (to.origin.secure || !from.origin.secure);
}

function withoutHeaders(hop: Hop, kept: { isSameHost: boolean; repeats: boolean }): Hop["params"] {
  const { headers, cookies, ...params } = hop.params;
  const entries = Object.entries(headers ?? {}).filter(([name]) => {
    const lower = name.toLowerCase();
    if (!kept.repeats && lower.startsWith("content-")) return false;
    return kept.isSameHost || !(secretHeaders.has(lower) || lower === "host");
  });
  return {
    ...params,
    ...(entries.length > 0 && { headers: Object.fromEntries(entries) }),
    ...(kept.isSameHost && cookies && { cookies }),
  };
}
