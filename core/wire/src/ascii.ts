/** The bytes that HTTP/1.1 gives a meaning. */
export const ascii = {
  tab: 0x09,
  lf: 0x0a,
  cr: 0x0d,
  space: 0x20,
  asterisk: 0x2a,
  comma: 0x2c,
  point: 0x2e,
  slash: 0x2f,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  semicolon: 0x3b,
  question: 0x3f,
  openBracket: 0x5b,
  closeBracket: 0x5d,
  del: 0x7f,
} as const;

/** 1 for the bytes that a field name or a method may have (RFC 9110 5.6.2, `tchar`). */
export const isTokenByte: Uint8Array = new Uint8Array(256);
for (let byte = 0; byte < 128; byte += 1) {
  if (/[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(byte))) isTokenByte[byte] = 1;
}

const toLowerCase = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte,
);

/** 1 for what may stand within a line, read as generously as can be: all but NUL and its end. */
export const isLineByte: Uint8Array = new Uint8Array(256).fill(1);
for (const byte of [0, ascii.cr, ascii.lf]) isLineByte[byte] = 0;

/** 1 for what a field's value may have (RFC 9110 5.5): no control character but the tab. */
export const isTextByte: Uint8Array = new Uint8Array(256).fill(1);
for (let byte = 0; byte < ascii.space; byte += 1) isTextByte[byte] = byte === ascii.tab ? 1 : 0;
isTextByte[ascii.del] = 0;

/** White space within a line. */
export const isBlank = (byte: number): boolean => byte === ascii.space || byte === ascii.tab;

/** White space, and the ends of lines, which a folded value has within it. */
export const isSpacing = (byte: number): boolean =>
  isBlank(byte) || byte === ascii.cr || byte === ascii.lf;

export const isDigit = (byte: number): boolean => byte >= ascii.zero && byte <= ascii.nine;

const decoder = new TextDecoder("latin1");
/** Few enough to be arguments of one call. */
const BYTES_PER_CALL = 4096;

/** Bytes `from` up to `to` as text, one character each (ISO 8859-1). */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  for (let at = from; at < to; at += 1) {
    // The decoder's "latin1" is really windows-1252, so only ASCII is safe with it.
    if (bytes[at]! >= 0x80) return latin1Slowly(bytes, from, to);
  }
  return decoder.decode(bytes.subarray(from, to));
}

function latin1Slowly(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at += BYTES_PER_CALL) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(to, at + BYTES_PER_CALL)));
  }
  return text;
}

/** Whether the bytes are the text, whose letters must be in lower case, in whatever case. */
export function equalsIgnoringCase(
  bytes: Uint8Array,
  from: number,
  to: number,
  lowerCase: string,
): boolean {
  if (to - from !== lowerCase.length) return false;
  for (let index = 0; index < lowerCase.length; index += 1) {
    if (toLowerCase[bytes[from + index]!] !== lowerCase.charCodeAt(index)) return false;
  }
  return true;
}

/** The start of a line for an error message: quoted, control characters escaped. */
export function excerpt(bytes: Uint8Array, from: number, to: number): string {
  const maxShownBytes = 60;
  const shown = bytes.subarray(from, Math.min(to, from + maxShownBytes));
  const lf = shown.indexOf(ascii.lf);
  return JSON.stringify(latin1(shown, 0, lf < 0 ? shown.length : lf));
}
