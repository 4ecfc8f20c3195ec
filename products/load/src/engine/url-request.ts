import type { OutgoingRequest } from "@breakwater/http-client";
import { encodeHead, RequestCache } from "../api/http/request-cache.ts";
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
  const head = encodeHead(parsed, method, settings, [...own, ...length]);
  const { origin } = parsed;
  const request = { origin, method, head: Buffer.concat([head, bytes]) };
  return { request: { ...request, collectBody: false, timeoutMs }, shownUrl };
}
