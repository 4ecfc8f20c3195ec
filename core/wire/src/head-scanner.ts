import { ascii, excerpt, isBlank, isDigit, isLineByte, isTextByte, isTokenByte } from "./ascii.ts";
import { WireError, type WireErrorCode } from "./error.ts";
import { Framing, type FramingField, tryFramingField } from "./framing.ts";
import { RequestLine } from "./request-line.ts";

const PREFIX = new TextEncoder().encode("HTTP/1.");
/** The shortest status line: "HTTP/1.1 200" and a line feed. */
const MIN_STATUS_LINE_BYTES = 13;

/** A trailer section has no first line, and nothing in it says how the message is framed. */
export type SectionKind = "response" | "response trailer" | "request" | "request trailer";

/**
 * Finds the end of a head or trailer section, refuses malformed ones, notes what frames a message.
 *
 * Hot path: one pass over the bytes, nothing allocated; 160 bytes in about 0.25 µs.
 * It goes line by line and continues when there are more bytes in the same place, so that an
 * error does not depend on how the network cut them. A line may end with a bare LF (RFC 9112 2.2
 * allows it and some servers do it); a CR without LF is refused. Of a request, what readers are
 * known to differ about is refused: folded values (RFC 9112 5.2), control characters in them.
 */
export class HeadScanner {
  readonly framing: Framing = new Framing();
  readonly requestLine: RequestLine = new RequestLine();
  /** Of a response, once its first line has been read. */
  status = 0;
  minorVersion: 0 | 1 = 1;
  readonly #kind: SectionKind;
  readonly #isHead: boolean;
  readonly #isStrict: boolean;
  readonly #maxFields: number;
  /** Where the first line begins that has not been accepted. */
  #next = 0;
  #hasFirstLine: boolean = false;
  #fields = 0;
  /** The field just read, to be noted once the next line shows that it is not continued. */
  #pending: FramingField | undefined;
  #pendingFrom = 0;
  #pendingTo = 0;

  constructor({ kind, maxFields }: { readonly kind: SectionKind; readonly maxFields: number }) {
    this.#kind = kind;
    this.#isHead = kind === "response" || kind === "request";
    this.#isStrict = kind === "request" || kind === "request trailer";
    this.#maxFields = maxFields;
  }

  /** Starts a section whose first byte is at `from`. */
  begin(from: number): void {
    this.framing.reset();
    this.#hasFirstLine = !this.#isHead;
    this.#next = from;
    this.#fields = 0;
    this.#pending = undefined;
  }

  /** Goes on up to `to`. Returns where the section ends, past its blank line, or -1. */
  scan(bytes: Uint8Array, to: number): number {
    if (!this.#hasFirstLine && !this.#takeFirstLine(bytes, to)) return -1;
    while (this.#next < to) {
      const first = bytes[this.#next]!;
      if (first === ascii.cr || first === ascii.lf) {
        const lf = this.#lineFeed(bytes, this.#next, to, "bad_header");
        if (lf < 0) return -1;
        this.#notePending(bytes);
        this.#conclude();
        return lf + 1;
      }
      const isDone = isBlank(first)
        ? this.#takeContinuation(bytes, to)
        : this.#takeField(bytes, to);
      if (!isDone) return -1;
    }
    return -1;
  }

  #takeFirstLine(bytes: Uint8Array, to: number): boolean {
    if (this.#kind === "response") return this.#takeStatusLine(bytes, to);
    const next = this.requestLine.take(bytes, this.#next, to);
    if (next < 0) return false;
    this.minorVersion = this.requestLine.minorVersion;
    this.#next = next;
    this.#hasFirstLine = true;
    return true;
  }

  #conclude(): void {
    if (this.#kind === "response") this.framing.conclude(this.status, this.minorVersion);
    else if (this.#kind === "request") this.framing.concludeRequest(this.minorVersion);
  }

  #takeStatusLine(bytes: Uint8Array, to: number): boolean {
    const from = this.#next;
    const known = Math.min(to - from, PREFIX.length);
    for (let index = 0; index < known; index += 1) {
      if (bytes[from + index] !== PREFIX[index]) throw badStatusLine(bytes, from, to);
    }
    if (to - from < MIN_STATUS_LINE_BYTES) {
      if (bytes.subarray(from, to).includes(ascii.lf)) throw badStatusLine(bytes, from, to);
      return false;
    }
    const minor = bytes[from + 7]!;
    const hundreds = bytes[from + 9]!;
    const tens = bytes[from + 10]!;
    const ones = bytes[from + 11]!;
    const after = bytes[from + 12]!;
    const isWellFormed =
      isDigit(minor) &&
      bytes[from + 8] === ascii.space &&
      isDigit(hundreds) &&
      hundreds !== ascii.zero &&
      isDigit(tens) &&
      isDigit(ones) &&
      // The space before the reason is required, and missing in practice when there is no reason.
      (after === ascii.space || after === ascii.cr || after === ascii.lf);
    if (!isWellFormed) throw badStatusLine(bytes, from, to);
    const lf = this.#lineFeed(bytes, from + 12, to, "bad_status_line");
    if (lf < 0) return false;
    this.minorVersion = minor === ascii.zero ? 0 : 1;
    this.status = hundreds * 100 + tens * 10 + ones - ascii.zero * 111;
    this.#next = lf + 1;
    this.#hasFirstLine = true;
    return true;
  }

  #takeField(bytes: Uint8Array, to: number): boolean {
    this.#notePending(bytes);
    const from = this.#next;
    let colon = from;
    while (colon < to && isTokenByte[bytes[colon]!] === 1) colon += 1;
    if (colon === to) return false;
    // Also refuses white space before the colon, which a proxy would have to remove (RFC 9112 5.1).
    if (bytes[colon] !== ascii.colon || colon === from) {
      throw new WireError(
        "bad_header",
        `Cannot read the header line ${excerpt(bytes, from, to)}: it must be like "Name: value"`,
      );
    }
    const lf = this.#lineFeed(bytes, colon + 1, to, "bad_header");
    if (lf < 0) return false;
    this.#fields += 1;
    if (this.#fields > this.#maxFields) {
      throw new WireError(
        "too_many_headers",
        `Cannot read more than ${this.#maxFields} header lines: the limit is maxHeaders`,
      );
    }
    if (this.#isHead) {
      this.#pending = tryFramingField(bytes, from, colon);
      this.#pendingFrom = colon + 1;
      this.#pendingTo = lf;
    }
    this.#next = lf + 1;
    return true;
  }

  /** A line that begins with white space belongs to the value before it (RFC 9112 5.2). */
  #takeContinuation(bytes: Uint8Array, to: number): boolean {
    if (this.#isStrict || this.#fields === 0) {
      const what = this.#isStrict ? "at a line's start" : "before the first header";
      throw new WireError(
        "bad_header",
        `Cannot read ${excerpt(bytes, this.#next, to)}: white space ${what}`,
      );
    }
    const lf = this.#lineFeed(bytes, this.#next, to, "bad_header");
    if (lf < 0) return false;
    this.#pendingTo = lf;
    this.#next = lf + 1;
    return true;
  }

  #notePending(bytes: Uint8Array): void {
    if (this.#pending === undefined) return;
    this.framing.note(this.#pending, bytes, this.#pendingFrom, this.#pendingTo);
    this.#pending = undefined;
  }

  /** Where the line ends, or -1 if beyond `to`. Refuses NUL and a CR alone (RFC 9110 5.5). */
  #lineFeed(bytes: Uint8Array, from: number, to: number, code: WireErrorCode): number {
    const isAllowed = this.#isStrict ? isTextByte : isLineByte;
    let at = from;
    while (at < to && isAllowed[bytes[at]!] === 1) at += 1;
    if (at === to) return -1;
    const byte = bytes[at]!;
    if (byte === ascii.lf) return at;
    if (byte === ascii.cr) {
      if (at + 1 === to) return -1;
      if (bytes[at + 1] === ascii.lf) return at + 1;
    }
    const name = byte === ascii.cr ? "CR without LF" : byte === 0 ? "NUL" : "control character";
    throw new WireError(code, `Cannot read a line with a ${name}: ${excerpt(bytes, from, to)}`);
  }
}

const badStatusLine = (bytes: Uint8Array, from: number, to: number): WireError =>
  new WireError(
    "bad_status_line",
    `Cannot read ${excerpt(bytes, from, to)} as a status line: it must be like "HTTP/1.1 200 OK"`,
  );
