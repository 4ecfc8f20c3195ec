import type { OutgoingRequest } from "@breakwater/http-client";
import type { EncodedBody } from "./body.ts";
import { canonicalName } from "./canonical-name.ts";
import type { RequestCookie, ResponseRequest } from "./response-shape.ts";

/** The first request of a call. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  /** undefined when nothing was sent. */
  readonly request: OutgoingRequest | undefined;
  readonly body: EncodedBody | undefined;
}

const decoder = new TextDecoder();

/** Added by the client on the way out: k6 does not show them. */
const unshownHeaders = new Set(["Content-Length", "Transfer-Encoding", "Connection"]);

/** As k6 shows it. */
export function toResponseRequest({ method, url, request, body }: SentRequest): ResponseRequest {
  const head = decoder.decode(request?.head);
  const lines = head
    .slice(0, Math.max(0, head.indexOf("\r\n\r\n")))
    .split("\r\n")
    .slice(1);
  const headers: Record<string, string[]> = {};
  const cookies: Record<string, RequestCookie[]> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    const key = canonicalName(line.slice(0, colon));
    const value = line.slice(colon + 1).trim();
    if (key === "Host" && value === URL.parse(url)?.host) continue;
    if (unshownHeaders.has(key) || (key === "Authorization" && hasUserinfo(url))) continue;
    headers[key] ??= [];
    headers[key].push(value);
    if (key === "Cookie") addCookies(cookies, value);
  }
  const bytes = body?.plainBytes ?? body?.bytes;
  const text = bytes instanceof Uint8Array ? decoder.decode(bytes) : "";
  return { method, url, headers, body: text, cookies };
}

/** Where the name and password come from the URL, their header is the client's. */
function hasUserinfo(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && parsed.username + parsed.password !== "";
}

function addCookies(cookies: Record<string, RequestCookie[]>, header: string): void {
  for (const pair of header.split("; ")) {
    const [name = "", ...value] = pair.split("=");
    cookies[name] ??= [];
    cookies[name].push({ name, value: value.join("="), replace: false });
  }
}
