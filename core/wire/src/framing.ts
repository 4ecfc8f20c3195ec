import { ascii, equalsIgnoringCase, isDigit, isSpacing } from "./ascii.ts";
import { WireError } from "./error.ts";

/** Fields that say where the response ends, or the connection. */
export type FramingField = "content-length" | "transfer-encoding" | "connection";

/** What a head's fields say: where the body ends (RFC 9112 6), may a response follow (9.3). */
export class Framing {
  contentLength: number | undefined;
  keepAlive: boolean;
  chunked: boolean;
  #codings: number;
  #isLengthBad: boolean;
  #saysClose: boolean;
  #saysKeepAlive: boolean;

  constructor() {
    this.keepAlive = false;
    this.chunked = false;
    this.#codings = 0;
    this.#isLengthBad = false;
    this.#saysClose = false;
    this.#saysKeepAlive = false;
  }

  /** Forgets everything, for the next head. */
  reset(): void {
    this.contentLength = undefined;
    this.chunked = false;
    this.#codings = 0;
    this.#isLengthBad = false;
    this.#saysClose = false;
    this.#saysKeepAlive = false;
  }

  /** Reads a field's value: a comma-separated list, of one mostly. */
  note(field: FramingField, bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at <= to; at += 1) {
      let first = at;
      while (at < to && bytes[at] !== ascii.comma) at += 1;
      let last = at;
      while (first < last && isSpacing(bytes[first]!)) first += 1;
      while (last > first && isSpacing(bytes[last - 1]!)) last -= 1;
      this.#noteElement(field, bytes, first, last);
    }
  }

  /** Call at the end of the head. Throws if the fields do not tell where the body ends. */
  conclude(status: number, minorVersion: 0 | 1): void {
    // RFC 9112 6.1: with HTTP/1.0, Transfer-Encoding makes the framing doubtful. 101 ends HTTP.
    this.keepAlive =
      !this.#saysClose &&
      status !== 101 &&
      (minorVersion === 1 || (this.#saysKeepAlive && this.#codings === 0));
    if (this.#codings > 0) {
      // RFC 9112 6.3: Transfer-Encoding overrides Content-Length, be that what it may.
      this.contentLength = undefined;
      if (this.#codings === 1 && this.chunked) return;
      throw new WireError(
        "bad_transfer_encoding",
        "Cannot decode the response's Transfer-Encoding: only chunked, once, is understood",
      );
    }
    if (this.#isLengthBad) {
      throw new WireError(
        "bad_content_length",
        "Cannot tell the body's length: Content-Length must be one whole number below 2^53",
      );
    }
  }

  #noteElement(field: FramingField, bytes: Uint8Array, from: number, to: number): void {
    if (field === "content-length") {
      this.#noteLength(tryParseLength(bytes, from, to));
    } else if (field === "transfer-encoding") {
      this.#codings += 1;
      this.chunked = equalsIgnoringCase(bytes, from, to, "chunked");
    } else if (equalsIgnoringCase(bytes, from, to, "keep-alive")) this.#saysKeepAlive = true;
    else if (equalsIgnoringCase(bytes, from, to, "close")) this.#saysClose = true;
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
  10: "connection",
  14: "content-length",
  17: "transfer-encoding",
};

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
