import { isFieldValue, isToken, refusal } from "./field-rules.ts";

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
  if (!isToken(method)) {
    throw refusal("bad_request_method", { what: "the method", text: method, wanted: "letters" });
  }
  if (!isTarget(target)) {
    const wanted = "visible ASCII, the rest percent-encoded";
    throw refusal("bad_request_target", { what: "the target", text: target, wanted });
  }
}

/** @throws WireError `bad_request_header` */
export function assertHeader(name: string, value: string): void {
  if (!isToken(name)) {
    const wanted = "letters, digits and -";
    throw refusal("bad_request_header", { what: "the header name", text: name, wanted });
  }
  if (!isFieldValue(value)) {
    const wanted = "text without control characters";
    throw refusal("bad_request_header", { what: `the value of ${name}`, text: value, wanted });
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

function isTarget(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return text !== "";
}
