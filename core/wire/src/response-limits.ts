import { WireError } from "./error.ts";

/** What the decoder takes in at most. It keeps heads and trailers, of a body nothing. */
export interface ResponseLimits {
  /** Of the status line, the header lines and the blank line; also of each interim response. */
  readonly maxHeadBytes: number;
  /** Header lines in a head, and lines in a trailer section. */
  readonly maxHeaders: number;
  /** Without the chunks' framing. A length beyond it is refused before the first byte. */
  readonly maxBodyBytes: number;
  /** Interim (1xx) responses before the final one. */
  readonly maxInterim: number;
  /** A chunk's size and extensions, with the CR that ends them. */
  readonly maxChunkLineBytes: number;
  /** With the blank line that ends the trailers, so at least 2. */
  readonly maxTrailerBytes: number;
}

/** Wide enough for every well-meant server; 2 GiB of body, since most callers collect it. */
export const defaultLimits: ResponseLimits = {
  maxHeadBytes: 256 * 1024,
  maxHeaders: 1000,
  maxBodyBytes: 2 * 1024 ** 3,
  maxInterim: 32,
  maxChunkLineBytes: 4096,
  maxTrailerBytes: 64 * 1024,
};

export const bodyTooLarge = (bodyBytes: number, maxBodyBytes: number): WireError =>
  new WireError(
    "body_too_large",
    `Cannot read a body of ${bodyBytes} bytes or more: the limit is ${maxBodyBytes}`,
  );
