import { isTokenByte } from "./ascii.ts";
import { WireError, type WireErrorCode } from "./error.ts";

export interface RequestHead {
  readonly method: string;
  /** As it goes on the request line: percent-encoded by the caller, without white space. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

const encoder = new TextEncoder();

/**
 * The request line and headers as bytes, values beyond ASCII as UTF-8 as k6 sends them.
 *
 * Refuses whatever could end its line early and so smuggle in another header or request.
 */
export function encodeRequestHead({ method, target, headers }: RequestHead): Uint8Array {
  assertRequestLine(method, target);
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (const [name, value] of headers) {
    assertHeader(name, value);
    text += `${name}: ${value}\r\n`;
  }
  return encoder.encode(`${text}\r\n`);
}

/** @throws WireError `bad_request_method`, `bad_request_target` */
export function assertRequestLine(method: string, target: string): void {
  if (!isToken(method)) throw refusal("bad_request_method", "the method", method, "letters");
  if (!isTarget(target)) {
    throw refusal(
      "bad_request_target",
      "the target",
      target,
      "visible ASCII, the rest percent-encoded",
    );
  }
}

/** @throws WireError `bad_request_header` */
export function assertHeader(name: string, value: string): void {
  if (!isToken(name))
    throw refusal("bad_request_header", "the header name", name, "letters, digits and -");
  if (!isFieldValue(value)) {
    throw refusal(
      "bad_request_header",
      `the value of ${name}`,
      value,
      "text without control characters",
    );
  }
}

/** A part of a chunked request body; nothing for nothing, as an empty chunk would end the body. */
export function encodeChunk(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const size = encoder.encode(`${bytes.length.toString(16)}\r\n`);
  const chunk = new Uint8Array(size.length + bytes.length + 2);
  chunk.set(size);
  chunk.set(bytes, size.length);
  chunk.set(lineEnd, size.length + bytes.length);
  return chunk;
}

const lineEnd = encoder.encode("\r\n");

/** Ends a chunked request body, without trailers. Not to be written to. */
export const lastChunk: Uint8Array = encoder.encode("0\r\n\r\n");

function isToken(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (isTokenByte[text.charCodeAt(index)] !== 1) return false;
  }
  return text !== "";
}

function isTarget(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return text !== "";
}

/** RFC 9110 5.5: no control character but the tab. */
function isFieldValue(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return false;
  }
  return true;
}

const maxShownCharacters = 60;

function refusal(code: WireErrorCode, what: string, text: string, wanted: string): WireError {
  const shown = JSON.stringify(text.slice(0, maxShownCharacters));
  return new WireError(code, `Cannot send ${what} ${shown}: it must be ${wanted}`);
}
