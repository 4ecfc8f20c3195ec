import { ascii, isDigit } from "./ascii.ts";

/**
 * Whether the bytes are what a Host may say: a name or address and maybe a port, or nothing
 * (RFC 9110 7.2, RFC 3986 3.2).
 */
export function isAuthority(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  if (bytes[from] === ascii.openBracket && from < to) {
    at += 1;
    while (at < to && (isNameByte[bytes[at]!] === 1 || bytes[at] === ascii.colon)) at += 1;
    if (at === to || bytes[at] !== ascii.closeBracket) return false;
    at += 1;
  } else {
    while (at < to && isNameByte[bytes[at]!] === 1) at += 1;
  }
  if (at === to) return true;
  if (bytes[at] !== ascii.colon) return false;
  at += 1;
  while (at < to && isDigit(bytes[at]!)) at += 1;
  return at === to;
}

/** RFC 3986's unreserved, sub-delims and "%". */
const isNameByte = new Uint8Array(256);
for (let byte = 0; byte < 128; byte += 1) {
  if (/[A-Za-z0-9._~!$&'()*+,;=%-]/.test(String.fromCharCode(byte))) isNameByte[byte] = 1;
}
