import { ascii, equalsIgnoringCase, isDigit, isSpacing } from "./ascii.ts";
import { isAuthority } from "./authority.ts";
import { WireError } from "./error.ts";

/** Fields that say where the message ends, or the connection, or whom a request is for. */
export type FramingField =
  | "content-length"
  | "transfer-encoding"
  | "connection"
  | "host"
  | "expect";

/** What a head's fields say: where the body ends (RFC 9112 6), may another follow (9.3). */
export class Framing {
  contentLength: number | undefined;
  keepAlive: boolean;
  chunked: boolean;
  /** Of a request: its client waits for 100 before it sends the body (RFC 9110 10.1.1). */
  expectsContinue: boolean;
  #codings: number;
  #isLengthBad: boolean;
  #saysClose: boolean;
  #saysKeepAlive: boolean;
  #hosts: number;
  #isHostBad: boolean;

  constructor() {
    this.keepAlive = false;
    this.chunked = false;
    this.expectsContinue = false;
    this.#codings = 0;
    this.#isLengthBad = false;
    this.#saysClose = false;
    this.#saysKeepAlive = false;
    this.#hosts = 0;
    this.#isHostBad = false;
  }

  /** Forgets everything, for the next head. */
  reset(): void {
    this.contentLength = undefined;
    this.chunked = false;
    this.expectsContinue = false;
    this.#codings = 0;
    this.#isLengthBad = false;
    this.#saysClose = false;
    this.#saysKeepAlive = false;
    this.#hosts = 0;
    this.#isHostBad = false;
  }

  /** Reads a field's value: a comma-separated list, of one mostly; a host is none. */
  note(field: FramingField, bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at <= to; at += 1) {
      let first = at;
      while (at < to && (bytes[at] !== ascii.comma || field === "host")) at += 1;
      let last = at;
      while (first < last && isSpacing(bytes[first]!)) first += 1;
      while (last > first && isSpacing(bytes[last - 1]!)) last -= 1;
      this.#noteElement(field, bytes, first, last);
    }
  }

  /** Call at the end of a response's head. Throws if it does not tell where the body ends. */
  conclude(status: number, minorVersion: 0 | 1): void {
    // RFC 9112 6.1: with HTTP/1.0, Transfer-Encoding makes the framing doubtful. 101 ends HTTP.
    this.keepAlive =
      !this.#saysClose &&
      status !== 101 &&
      (minorVersion === 1 || (this.#saysKeepAlive && this.#codings === 0));
    // RFC 9112 6.3: Transfer-Encoding overrides Content-Length, be that what it may.
    if (this.#codings > 0) {
      this.contentLength = undefined;
      this.#checkCodings();
    } else this.#checkLength();
  }

  /** Call at the end of a request's head. Throws if servers could differ about where it ends. */
  concludeRequest(minorVersion: 0 | 1): void {
    this.keepAlive = !this.#saysClose && (minorVersion === 1 || this.#saysKeepAlive);
    if (this.#codings > 0) {
      this.#checkCodings();
      if (this.contentLength !== undefined || this.#isLengthBad) {
        throw ambiguousLength("Transfer-Encoding and Content-Length");
      }
      if (minorVersion === 0) throw ambiguousLength("a Transfer-Encoding in HTTP/1.0");
    } else this.#checkLength();
    this.#checkHost(minorVersion);
    const hasBody = this.chunked || (this.contentLength ?? 0) > 0;
    this.expectsContinue = this.expectsContinue && minorVersion === 1 && hasBody;
  }

  #checkCodings(): void {
    if (this.#codings === 1 && this.chunked) return;
    throw new WireError(
      "bad_transfer_encoding",
      "Cannot decode the Transfer-Encoding: only chunked, once, is understood",
    );
  }

  #checkLength(): void {
    if (!this.#isLengthBad) return;
    throw new WireError(
      "bad_content_length",
      "Cannot tell the body's length: Content-Length must be one whole number below 2^53",
    );
  }

  #checkHost(minorVersion: 0 | 1): void {
    const wanted = minorVersion === 0 ? Math.min(this.#hosts, 1) : 1;
    if (this.#hosts === wanted && !this.#isHostBad) return;
    throw new WireError(
      "bad_host",
      `Cannot tell whom the request is for: it must have one Host, ${
        this.#isHostBad ? 'like "example.com:8080"' : `not ${this.#hosts}`
      }`,
    );
  }

  #noteElement(field: FramingField, bytes: Uint8Array, from: number, to: number): void {
    switch (field) {
      case "content-length":
        this.#noteLength(tryParseLength(bytes, from, to));
        return;
      case "transfer-encoding":
        this.#codings += 1;
        this.chunked = equalsIgnoringCase(bytes, from, to, "chunked");
        return;
      case "connection":
        if (equalsIgnoringCase(bytes, from, to, "keep-alive")) this.#saysKeepAlive = true;
        else if (equalsIgnoringCase(bytes, from, to, "close")) this.#saysClose = true;
        return;
      case "host":
        this.#hosts += 1;
        if (!isAuthority(bytes, from, to)) this.#isHostBad = true;
        return;
      case "expect":
        if (equalsIgnoringCase(bytes, from, to, "100-continue")) this.expectsContinue = true;
    }
  }

  /** RFC 9110 8.6: several equal lengths count as one. */
  #noteLength(length: number | undefined): void {
    if (length === undefined || (this.contentLength ?? length) !== length) this.#isLengthBad = true;
    else this.contentLength = length;
  }
}

/** Which of them a field name is, if any. The length tells most apart before a byte is compared. */
export function tryFramingField(
  bytes: Uint8Array,
  from: number,
  to: number,
): FramingField | undefined {
  const name = fieldOfLength[to - from];
  return name !== undefined && equalsIgnoringCase(bytes, from, to, name) ? name : undefined;
}

const fieldOfLength: Readonly<Record<number, FramingField>> = {
  4: "host",
  6: "expect",
  10: "connection",
  14: "content-length",
  17: "transfer-encoding",
};

const ambiguousLength = (what: string): WireError =>
  new WireError(
    "ambiguous_length",
    `Cannot tell where the request ends: it has ${what}, which servers understand in two ways`,
  );

function tryParseLength(bytes: Uint8Array, from: number, to: number): number | undefined {
  if (from === to) return undefined;
  let length = 0;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at]!;
    if (!isDigit(byte)) return undefined;
    length = length * 10 + (byte - ascii.zero); // exact as long as the result is
    if (length > Number.MAX_SAFE_INTEGER) return undefined;
  }
  return length;
}
