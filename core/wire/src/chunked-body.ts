import { ascii, excerpt, isBlank, isDigit } from "./ascii.ts";
import { WireError } from "./error.ts";
import { type Field, parseFields } from "./field.ts";
import { bodyTooLarge } from "./response-limits.ts";
import { Section } from "./section.ts";

/** What the next byte belongs to. */
type Part =
  | "size"
  | "size padding"
  | "extension"
  | "size LF"
  | "data"
  | "data CR"
  | "data LF"
  | "trailer"
  | "end";

export interface BodyLimits {
  readonly maxHeaders: number;
  readonly maxBodyBytes: number;
  readonly maxChunkLineBytes: number;
  readonly maxTrailerBytes: number;
}

/** Told of the chunk's bytes from `from` up to `to`. */
type OnBody = (chunk: Uint8Array, from: number, to: number) => void;

/**
 * Takes one chunked body off a stream (RFC 9112 7.1).
 *
 * Chunk lines must end with CR LF: RFC 9112 2.2 allows a bare LF for the start line and fields
 * only, and readers who disagree here see different messages.
 */
export class ChunkedBody {
  readonly #limits: BodyLimits;
  readonly #mayPad: boolean;
  readonly #onBody: OnBody;
  readonly #trailerSection: Section;
  #part: Part = "size";
  #lineBytes = 0;
  #digits = 0;
  /** Of the chunk: first its size as far as it has been read, then what is still to come. */
  #remaining = 0;
  #bodyBytes = 0;
  #trailers: readonly Field[] = [];

  constructor(of: "request" | "response", limits: BodyLimits, onBody: OnBody) {
    this.#mayPad = of === "response";
    this.#limits = limits;
    this.#onBody = onBody;
    this.#trailerSection = new Section({
      kind: `${of} trailer`,
      maxBytes: limits.maxTrailerBytes,
      maxFields: limits.maxHeaders,
    });
  }

  get isComplete(): boolean {
    return this.#part === "end";
  }

  /** Those of the body just completed. */
  get trailers(): readonly Field[] {
    return this.#trailers;
  }

  /** Makes ready for the next body. */
  begin(): void {
    this.#part = "size";
    this.#lineBytes = 0;
    this.#digits = 0;
    this.#remaining = 0;
    this.#bodyBytes = 0;
  }

  /** Returns where in the chunk the body ends, or the chunk's length when it goes on. */
  take(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && this.#part !== "end") {
      if (this.#part === "data") at = this.#takeData(chunk, at);
      else if (this.#part === "trailer") at = this.#takeTrailer(chunk, at);
      else {
        this.#takeFramingByte(chunk, at);
        at += 1;
      }
    }
    return at;
  }

  /** Throws if the trailers so far are malformed: call when no more will come. */
  checkRest(): void {
    if (this.#part === "trailer") this.#trailerSection.checkRest();
  }

  #takeData(chunk: Uint8Array, from: number): number {
    const to = Math.min(chunk.length, from + this.#remaining);
    this.#remaining -= to - from;
    if (this.#remaining === 0) this.#part = "data CR";
    this.#onBody(chunk, from, to);
    return to;
  }

  #takeTrailer(chunk: Uint8Array, from: number): number {
    const end = this.#trailerSection.take(chunk, from);
    if (end < 0) return chunk.length;
    const { bytes, start } = this.#trailerSection;
    this.#trailers = parseFields(bytes, start);
    this.#trailerSection.release();
    this.#part = "end";
    return end;
  }

  #takeFramingByte(chunk: Uint8Array, at: number): void {
    const byte = chunk[at]!;
    switch (this.#part) {
      case "size":
        this.#countLineByte();
        if (!this.#tryTakeDigit(byte)) this.#takeAfterSize(chunk, at);
        return;
      case "size padding":
        this.#countLineByte();
        this.#takeAfterSize(chunk, at);
        return;
      case "extension":
        this.#countLineByte();
        if (byte === ascii.cr) this.#part = "size LF";
        else if (byte === 0 || byte === ascii.lf) throw badChunk(chunk, at, "a NUL or bare LF");
        return;
      case "size LF":
        if (byte !== ascii.lf) throw badChunk(chunk, at, "no LF after the CR of the chunk's size");
        this.#finishSizeLine();
        return;
      case "data CR":
        if (byte !== ascii.cr) throw badChunk(chunk, at, "no CR LF after the chunk's data");
        this.#part = "data LF";
        return;
      default:
        if (byte !== ascii.lf) throw badChunk(chunk, at, "no CR LF after the chunk's data");
        this.#part = "size";
    }
  }

  #countLineByte(): void {
    this.#lineBytes += 1;
    if (this.#lineBytes <= this.#limits.maxChunkLineBytes) return;
    const { maxChunkLineBytes } = this.#limits;
    throw new WireError(
      "chunk_line_too_long",
      `Cannot read a chunk's size line beyond ${maxChunkLineBytes} bytes: the limit is maxChunkLineBytes`,
    );
  }

  #tryTakeDigit(byte: number): boolean {
    const digit = hexDigit(byte);
    if (digit < 0) return false;
    this.#digits += 1;
    this.#remaining = this.#remaining * 16 + digit;
    if (this.#remaining <= Number.MAX_SAFE_INTEGER) return true;
    throw new WireError("bad_chunk", "Cannot read a chunk: its size must be below 2^53 bytes");
  }

  #takeAfterSize(chunk: Uint8Array, at: number): void {
    const byte = chunk[at]!;
    if (this.#digits === 0) throw badChunk(chunk, at, "no hexadecimal size");
    if (byte === ascii.cr) this.#part = "size LF";
    else if (byte === ascii.semicolon) this.#part = "extension";
    // Some servers pad the size with spaces.
    else if (this.#mayPad && isBlank(byte)) this.#part = "size padding";
    else throw badChunk(chunk, at, "neither CR LF nor an extension after the chunk's size");
  }

  #finishSizeLine(): void {
    this.#bodyBytes += this.#remaining;
    const { maxBodyBytes } = this.#limits;
    if (this.#bodyBytes > maxBodyBytes) throw bodyTooLarge(this.#bodyBytes, maxBodyBytes);
    this.#part = this.#remaining > 0 ? "data" : "trailer";
    this.#lineBytes = 0;
    this.#digits = 0;
  }
}

function hexDigit(byte: number): number {
  if (isDigit(byte)) return byte - ascii.zero;
  const letter = (byte | 0x20) - 0x61;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}

const badChunk = (chunk: Uint8Array, at: number, what: string): WireError =>
  new WireError(
    "bad_chunk",
    `Cannot read the chunked body at ${excerpt(chunk, at, chunk.length)}: ${what}`,
  );
