import { ascii } from "./ascii.ts";
import { WireError, type WireErrorCode } from "./error.ts";
import { HeadScanner, type SectionKind } from "./head-scanner.ts";

export interface SectionOptions {
  readonly kind: SectionKind;
  readonly maxBytes: number;
  readonly maxFields: number;
}

const FIRST_BUFFER_BYTES = 512;
const noBytes = new Uint8Array(0);

type TooLarge = readonly [code: WireErrorCode, what: string, limit: string];
const headTooLarge: TooLarge = ["head_too_large", "a head", "maxHeadBytes"];
const trailerTooLarge: TooLarge = ["trailer_too_large", "trailers", "maxTrailerBytes"];
const tooLarge: Readonly<Record<SectionKind, TooLarge>> = {
  request: headTooLarge,
  response: headTooLarge,
  "request trailer": trailerTooLarge,
  "response trailer": trailerTooLarge,
};

/** Takes a head or trailer section off a stream: in place if it comes whole, else buffered. */
export class Section {
  readonly scanner: HeadScanner;
  readonly #kind: SectionKind;
  readonly #maxBytes: number;
  /** Where the section that take() has just completed lies: read it, then release() it. */
  bytes: Uint8Array = noBytes;
  start = 0;
  end = 0;
  /** The part that has come, when the rest has not. */
  #buffer: Uint8Array = noBytes;
  #buffered = 0;

  constructor({ kind, maxBytes, maxFields }: SectionOptions) {
    this.scanner = new HeadScanner({ kind, maxFields });
    this.#kind = kind;
    this.#maxBytes = maxBytes;
  }

  /** How much of an unfinished section has come. */
  get bufferedBytes(): number {
    return this.#buffered;
  }

  /** Returns where in the chunk the section ends, or -1 when it took all of it and wants more. */
  take(chunk: Uint8Array, from: number): number {
    if (this.#buffered > 0) return this.#takeMore(chunk, from);
    this.scanner.begin(from);
    const to = Math.min(chunk.length, from + this.#maxBytes);
    const end = this.scanner.scan(chunk, to);
    if (end >= 0) {
      this.bytes = chunk;
      this.start = from;
      this.end = end;
      return end;
    }
    if (to - from === this.#maxBytes) throw this.#tooLarge();
    if (to > from) {
      this.#append(chunk, from, to);
      this.scanner.begin(0);
    }
    return -1;
  }

  /**
   * The section that was taken, for keeps: a view would keep 64 kB of chunk alive with it. Not by
   * slice(), which on a Buffer makes a view.
   */
  copyBytes(): Uint8Array {
    const own = new Uint8Array(this.end - this.start);
    own.set(this.bytes.subarray(this.start, this.end));
    return own;
  }

  /** Throws if what has come so far is malformed: call when no more will come. */
  checkRest(): void {
    this.scanner.scan(this.#buffer, this.#buffered);
  }

  /** Lets go of the section that was taken, so that the next can be. */
  release(): void {
    this.bytes = noBytes;
    this.#buffer = noBytes;
    this.#buffered = 0;
  }

  /** Scans only whole lines: a long one in small pieces would take quadratic time. */
  #takeMore(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; ) {
      const lf = chunk.indexOf(ascii.lf, at);
      const to = lf < 0 ? chunk.length : lf + 1;
      const fitting = Math.min(to, at + this.#maxBytes - this.#buffered);
      this.#append(chunk, at, fitting);
      const end = lf < 0 ? -1 : this.scanner.scan(this.#buffer, this.#buffered);
      if (end >= 0) {
        this.bytes = this.#buffer;
        this.start = 0;
        this.end = end;
        return to;
      }
      if (this.#buffered === this.#maxBytes) {
        this.checkRest();
        throw this.#tooLarge();
      }
      at = to;
    }
    return -1;
  }

  /** Grows by doubling, never beyond the limit. */
  #append(chunk: Uint8Array, from: number, to: number): void {
    const needed = this.#buffered + to - from;
    if (needed > this.#buffer.length) {
      const doubled = Math.max(FIRST_BUFFER_BYTES, needed, this.#buffer.length * 2);
      const grown = new Uint8Array(Math.min(this.#maxBytes, doubled));
      grown.set(this.#buffer.subarray(0, this.#buffered));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk.subarray(from, to), this.#buffered);
    this.#buffered = needed;
  }

  #tooLarge(): WireError {
    const [code, what, limit] = tooLarge[this.#kind];
    return new WireError(
      code,
      `Cannot read ${what} of more than ${this.#maxBytes} bytes: the limit is ${limit}`,
    );
  }
}
