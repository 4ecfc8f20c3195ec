import type { OutgoingRequest } from "@breakwater/http-client";
import { parseDuration } from "@breakwater/units";
import type { HttpVersion } from "../../plan/plan.ts";
import type { VuContext } from "../../vu/vu-context.ts";
import type { EncodedBody } from "./body.ts";
import { cookieHeader } from "./cookies.ts";
import type { Hop } from "./hop.ts";
import { encodeRequest, headersFor, REQUEST_TIMEOUT_MS } from "./request-cache.ts";

/** A body up to this goes out in one write with its head. */
const MAX_JOINED_BYTES = 64 * 1024;

const methodsWithBody = new Set(["POST", "PUT", "PATCH"]);

/** How the body is framed is ours to know: what does not fit would break the connection. */
const framingHeaders = new Set(["content-length", "transfer-encoding"]);

/** The bytes and limits of one hop. */
export function buildRequest(vu: VuContext, hop: Hop): OutgoingRequest {
  const { url, method, body, params } = hop;
  const cookies = vu.jar || params.jar || params.cookies ? cookieHeader(vu, hop) : undefined;
  const hasOwnHead = cookies || body || params.headers || params.http || hasAuthorization(hop);
  // Encoded once: the head of most requests, whatever tags and limits they have.
  const plain =
    hasOwnHead || methodsWithBody.has(method) ? undefined : vu.requests.plain(url, method);
  const { timeout, firstByteTimeout, responseType } = params;
  const hasLimits = timeout !== undefined || firstByteTimeout !== undefined;
  if (plain && !hasLimits && responseType === undefined) return plain;
  return {
    ...(plain ?? encodeHop(vu, hop, cookies)),
    origin: url.parsed.origin,
    method,
    collectBody: toResponseType(responseType, vu.settings) !== "none",
    timeoutMs: timeout === undefined ? REQUEST_TIMEOUT_MS : toLimitMs(timeout),
    ...(firstByteTimeout !== undefined && { firstByteTimeoutMs: toLimitMs(firstByteTimeout) }),
  };
}

const hasAuthorization = ({ authorization }: Hop): boolean => authorization !== undefined;

function encodeHop(vu: VuContext, hop: Hop, cookies: string | undefined) {
  const { method, params, authorization } = hop;
  const { parsed } = hop.url;
  const headers = headersFor(parsed, vu.settings, toHeaders(vu, hop, cookies), authorization);
  const version = params.http === undefined ? vu.settings.httpVersion : toHttpVersion(params.http);
  const encoded = encodeRequest(parsed, method, headers, version);
  const bytes = hop.body?.bytes;
  if (!bytes) return encoded;
  // What may go out as HTTP/2 is framed apart.
  const isJoined = bytes instanceof Uint8Array && bytes.length <= MAX_JOINED_BYTES;
  if (!isJoined || encoded.httpVersion !== undefined) return { ...encoded, body: bytes };
  return { ...encoded, head: Buffer.concat([encoded.head, bytes]) };
}

function toHttpVersion(given: unknown): HttpVersion {
  const version = { "1": "1.1", "1.1": "1.1", "2": "2", "3": "3" }[String(given)];
  if (version !== undefined) return version as HttpVersion;
  throw new TypeError(`Cannot speak HTTP version ${JSON.stringify(given)}: known are 1, 2 and 3`);
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

/** The call's own headers, and those that its body and cookies make. */
function toHeaders(
  vu: VuContext,
  { method, urlText, params, body }: Hop,
  cookies: string | undefined,
): readonly [string, string][] {
  const given = new Map<string, [string, string]>();
  for (const [name, value] of Object.entries(params.headers ?? {})) {
    given.set(name.toLowerCase(), [name, String(value)]);
  }
  const bytes = body?.bytes;
  const length = bytes instanceof Uint8Array ? bytes.length : 0;
  const givenLength = given.get("content-length")?.[1];
  const isStream = bytes !== undefined && !(bytes instanceof Uint8Array);
  if (givenLength !== undefined && !isStream && Number(givenLength) !== length) {
    const header = `The Content-Length ${givenLength} of ${method} ${urlText}`;
    vu.warn(`${header} is not sent: the body has ${length} bytes`);
  }
  for (const name of framingHeaders) given.delete(name);
  const headers = [...given.values()];
  const ownCookies = given.get("cookie");
  if (cookies && ownCookies) ownCookies[1] += `; ${cookies}`;
  else if (cookies) headers.push(["Cookie", cookies]);
  if (body?.contentType && !given.has("content-type")) {
    headers.push(["Content-Type", body.contentType]);
  }
  if (body?.contentEncoding) addContentEncoding(vu, given.get("content-encoding"), headers, body);
  if (bytes instanceof Uint8Array) headers.push(["Content-Length", String(length)]);
  else if (bytes) headers.push(["Transfer-Encoding", "chunked"]);
  else if (methodsWithBody.has(method)) headers.push(["Content-Length", "0"]);
  return headers;
}

/** The script's own word is kept, as in k6, though the server may not be able to read the body. */
function addContentEncoding(
  vu: VuContext,
  given: readonly [string, string] | undefined,
  headers: [string, string][],
  { contentEncoding = "" }: EncodedBody,
): void {
  if (!given) headers.push(["Content-Encoding", contentEncoding]);
  else if (given[1] !== contentEncoding) {
    vu.warn(`The body is sent in "${contentEncoding}" but its Content-Encoding says "${given[1]}"`);
  }
}
