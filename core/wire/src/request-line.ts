import { ascii, excerpt, isDigit, isTokenByte } from "./ascii.ts";
import { isAuthority } from "./authority.ts";
import { WireError } from "./error.ts";

const MAX_METHOD_BYTES = 32;
const PREFIX = new TextEncoder().encode("HTTP/");
const MAJOR_AT = 5;
const POINT_AT = 6;
const MINOR_AT = 7;
const VERSION_BYTES = 8;

/**
 * Reads a request's first line (RFC 9112 3): its parts with one space between them and nothing
 * before or behind. Who is more generous than its neighbour sees other requests than that one.
 */
export class RequestLine {
  /** It begins where the line does; a space follows, then the target. */
  methodBytes = 0;
  targetBytes = 0;
  minorVersion: 0 | 1 = 1;

  /** Returns where the next line begins, or -1 when this one has not come to its end. */
  take(bytes: Uint8Array, from: number, to: number): number {
    const maxEnd = Math.min(to, from + MAX_METHOD_BYTES + 1);
    let at = from;
    while (at < maxEnd && isTokenByte[bytes[at]!] === 1) at += 1;
    this.methodBytes = at - from;
    if (this.methodBytes > MAX_METHOD_BYTES) throw badRequestLine(bytes, from, to);
    if (at === to) return -1;
    if (at === from || bytes[at] !== ascii.space) throw badRequestLine(bytes, from, to);
    const target = at + 1;
    at = target;
    while (at < to && bytes[at]! > ascii.space && bytes[at] !== ascii.del) at += 1;
    if (at === to) return -1;
    if (at === target || bytes[at] !== ascii.space) throw badRequestLine(bytes, from, to);
    this.targetBytes = at - target;
    if (!isTarget(bytes, target, at)) throw badRequestLine(bytes, from, to);
    return this.#takeVersion(bytes, at + 1, to, from);
  }

  #takeVersion(bytes: Uint8Array, from: number, to: number, lineFrom: number): number {
    const end = from + VERSION_BYTES;
    for (let at = from; at < end; at += 1) {
      if (at >= to) return -1;
      if (!isVersionByte(bytes[at]!, at - from)) throw badRequestLine(bytes, lineFrom, to);
    }
    if (end === to || (bytes[end] === ascii.cr && end + 1 === to)) return -1;
    const lf = bytes[end] === ascii.cr ? end + 1 : end;
    if (bytes[lf] !== ascii.lf) throw badRequestLine(bytes, lineFrom, to);
    if (bytes[from + MAJOR_AT] !== ascii.zero + 1) {
      throw new WireError(
        "unsupported_version",
        `Cannot answer ${excerpt(bytes, lineFrom, to)}: it must be a request of HTTP/1.1 or 1.0`,
      );
    }
    this.minorVersion = bytes[from + MINOR_AT] === ascii.zero ? 0 : 1;
    return lf + 1;
  }
}

const isVersionByte = (byte: number, index: number): boolean =>
  index < MAJOR_AT
    ? byte === PREFIX[index]
    : index === POINT_AT
      ? byte === ascii.point
      : isDigit(byte);

/** RFC 9112 3.2: a path, "*", an URL, or (of CONNECT) an authority. */
function isTarget(bytes: Uint8Array, from: number, to: number): boolean {
  const first = bytes[from]!;
  if (first === ascii.slash) return true;
  if (first === ascii.asterisk) return to - from === 1;
  const authority = authorityOfUrl(bytes, from, to);
  return authority === undefined
    ? isAuthority(bytes, from, to)
    : authority.from < authority.to && isAuthority(bytes, authority.from, authority.to);
}

/** Where the authority of "http://authority/path?query" lies; undefined for other targets. */
export function authorityOfUrl(
  bytes: Uint8Array,
  from: number,
  to: number,
): { readonly from: number; readonly to: number } | undefined {
  let at = from;
  while (at < to && isSchemeByte[bytes[at]!] === 1) at += 1;
  const isUrl =
    at > from &&
    bytes[at] === ascii.colon &&
    bytes[at + 1] === ascii.slash &&
    bytes[at + 2] === ascii.slash;
  if (!isUrl) return undefined;
  let end = at + 3;
  while (end < to && bytes[end] !== ascii.slash && bytes[end] !== ascii.question) end += 1;
  return { from: at + 3, to: end };
}

/** RFC 3986 3.1. */
const isSchemeByte = new Uint8Array(256);
for (let byte = 0; byte < 128; byte += 1) {
  if (/[A-Za-z0-9+.-]/.test(String.fromCharCode(byte))) isSchemeByte[byte] = 1;
}

const badRequestLine = (bytes: Uint8Array, from: number, to: number): WireError =>
  new WireError(
    "bad_request_line",
    `Cannot read ${excerpt(bytes, from, to)} as a request line: it must be like "GET / HTTP/1.1"`,
  );
