import type { OutgoingRequest } from "@breakwater/http-client";
import { parseDuration } from "@breakwater/units";
import type { VuContext } from "../../vu/vu-context.ts";
import type { EncodedBody } from "./body.ts";
import type { Hop } from "./call.ts";
import { cookieHeader } from "./cookies.ts";
import { encodeHead, REQUEST_TIMEOUT_MS } from "./request-cache.ts";

/** A body up to this goes out in one write with its head. */
const MAX_JOINED_BYTES = 64 * 1024;

const methodsWithBody = new Set(["POST", "PUT", "PATCH"]);

/** How the body is framed is ours to know: what does not fit would break the connection. */
const framingHeaders = new Set(["content-length", "transfer-encoding"]);

/** The bytes and limits of one hop. */
export function buildRequest(vu: VuContext, hop: Hop): OutgoingRequest {
  const { url, method, body, params } = hop;
  const cookies = vu.jar || params.jar || params.cookies ? cookieHeader(vu, hop) : undefined;
  const isPlain = !cookies && !body && !params.headers && !methodsWithBody.has(method);
  // Encoded once: the head of most requests, whatever tags and limits they have.
  const plain = isPlain ? vu.requests.plain(url, method) : undefined;
  const { timeout, firstByteTimeout, responseType } = params;
  const hasLimits = timeout !== undefined || firstByteTimeout !== undefined;
  if (plain && !hasLimits && responseType === undefined) return plain;

  const head =
    plain?.head ?? encodeHead(url.parsed, method, vu.settings, toHeaders(hop, body, cookies));
  const bytes = body?.bytes;
  const isJoined = bytes instanceof Uint8Array && bytes.length <= MAX_JOINED_BYTES;
  return {
    origin: url.parsed.origin,
    method,
    head: isJoined ? Buffer.concat([head, bytes]) : head,
    ...(bytes && !isJoined && { body: bytes }),
    collectBody: toResponseType(responseType, vu.settings) !== "none",
    timeoutMs: timeout === undefined ? REQUEST_TIMEOUT_MS : toLimitMs(timeout),
    ...(firstByteTimeout !== undefined && { firstByteTimeoutMs: toLimitMs(firstByteTimeout) }),
  };
}

export type ResponseType = "text" | "binary" | "none";

const responseTypes: readonly unknown[] = ["text", "binary", "none"] satisfies ResponseType[];

/** What becomes of the answer's body: what the call says, else what the options say. */
export function toResponseType(
  given: ResponseType | undefined,
  { discardResponseBodies }: { readonly discardResponseBodies: boolean },
): ResponseType {
  if (given === undefined) return discardResponseBodies ? "none" : "text";
  if (responseTypes.includes(given)) return given;
  throw new TypeError(`Cannot give a response as "${given}": known are text, binary and none`);
}

/** 0 is no limit, as in k6. */
function toLimitMs(limit: number | string): number {
  const limitMs = parseDuration(limit);
  return limitMs === 0 ? Number.POSITIVE_INFINITY : limitMs;
}

function toHeaders(
  { method, params }: Hop,
  body: EncodedBody | undefined,
  cookies: string | undefined,
): readonly [string, string][] {
  const headers: [string, string][] = [];
  const given = new Map<string, [string, string]>();
  for (const [name, value] of Object.entries(params.headers ?? {})) {
    const lower = name.toLowerCase();
    if (framingHeaders.has(lower)) continue;
    const header: [string, string] = [name, String(value)];
    given.set(lower, header);
    headers.push(header);
  }
  const ownCookies = given.get("cookie");
  if (cookies && ownCookies) ownCookies[1] += `; ${cookies}`;
  else if (cookies) headers.push(["Cookie", cookies]);
  if (body?.contentType && !given.has("content-type")) {
    headers.push(["Content-Type", body.contentType]);
  }
  if (body && params.compression && !given.has("content-encoding")) {
    headers.push(["Content-Encoding", params.compression]);
  }
  const bytes = body?.bytes;
  if (bytes instanceof Uint8Array) headers.push(["Content-Length", String(bytes.length)]);
  else if (bytes) headers.push(["Transfer-Encoding", "chunked"]);
  else if (methodsWithBody.has(method)) headers.push(["Content-Length", "0"]);
  return headers;
}
