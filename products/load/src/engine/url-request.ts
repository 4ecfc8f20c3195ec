import type { OutgoingRequest } from "@breakwater/http-client";
import { encodeRequest, headersFor, RequestCache } from "../api/http/request-cache.ts";
import type { HttpSettings } from "../plan/plan.ts";
import type { UrlWorkload } from "./engine.ts";

/**
 * URL mode's one request, encoded once: every VU sends the same bytes. Throws HttpClientError or
 * WireError when the URL, the method or a header cannot be sent.
 */
export function urlRequest(
  settings: HttpSettings,
  { url, method, headers, body, timeoutMs }: UrlWorkload,
): { readonly request: OutgoingRequest; readonly shownUrl: string } {
  const { parsed, shownUrl } = new RequestCache(settings).url(url);
  const bytes = Buffer.from(body ?? "");
  // How the body is framed is ours to know: another length would break the connection.
  const own = headers.filter(([name]) => !/^(content-length|transfer-encoding)$/i.test(name));
  const needsLength = body !== undefined || ["POST", "PUT", "PATCH"].includes(method);
  const length: [string, string][] = needsLength ? [["Content-Length", String(bytes.length)]] : [];
  const all = headersFor(parsed, settings, [...own, ...length]);
  const encoded = encodeRequest(parsed, method, all, settings.httpVersion);
  const { origin } = parsed;
  // Only HTTP/1.1 sends head and body as one.
  const isApart = encoded.fields !== undefined && bytes.length > 0;
  const sent = isApart ? { ...encoded, body: bytes } : joined(encoded, bytes);
  return { request: { origin, method, ...sent, collectBody: false, timeoutMs }, shownUrl };
}

function joined<T extends { readonly head: Uint8Array }>(encoded: T, body: Uint8Array): T {
  return body.length === 0 ? encoded : { ...encoded, head: Buffer.concat([encoded.head, body]) };
}
