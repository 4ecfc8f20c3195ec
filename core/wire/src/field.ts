import { ascii, equalsIgnoringCase, isBlank, isSpacing, latin1 } from "./ascii.ts";

/** A header or trailer field: its name as sent, its value without the white space around it. */
export type Field = readonly [name: string, value: string];

/** All fields of a section that HeadScanner has accepted, in order. */
export function parseFields(bytes: Uint8Array, from: number): Field[] {
  const fields: Field[] = [];
  for (let at = from; !isBlankLine(bytes, at); ) {
    const colon = bytes.indexOf(ascii.colon, at);
    const end = endOfField(bytes, colon);
    fields.push([latin1(bytes, at, colon), fieldValue(bytes, colon + 1, end)]);
    at = end;
  }
  return fields;
}

/** The values of that name, joined as RFC 9110 5.3 allows, without reading the other fields. */
export function findField(
  bytes: Uint8Array,
  from: number,
  lowerCaseName: string,
): string | undefined {
  let found: string | undefined;
  for (let at = from; !isBlankLine(bytes, at); ) {
    const colon = bytes.indexOf(ascii.colon, at);
    const end = endOfField(bytes, colon);
    if (equalsIgnoringCase(bytes, at, colon, lowerCaseName)) {
      const value = fieldValue(bytes, colon + 1, end);
      found = found === undefined ? value : `${found}, ${value}`;
    }
    at = end;
  }
  return found;
}

/** Accepted sections end with a blank line, and have no other line that begins so. */
function isBlankLine(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === ascii.cr || bytes[at] === ascii.lf;
}

/** Where the next field or the blank line begins: past the lines that continue this one. */
function endOfField(bytes: Uint8Array, from: number): number {
  let end = bytes.indexOf(ascii.lf, from) + 1;
  while (isBlank(bytes[end]!)) end = bytes.indexOf(ascii.lf, end) + 1;
  return end;
}

/** RFC 9112 5.2: a user agent reads a value folded over several lines as joined by spaces. */
function fieldValue(bytes: Uint8Array, from: number, to: number): string {
  const lineEnd = bytes.indexOf(ascii.lf, from) + 1;
  if (lineEnd === to) return trimmed(bytes, from, to);
  const parts: string[] = [];
  for (let at = from; at < to; ) {
    const next = bytes.indexOf(ascii.lf, at) + 1;
    parts.push(trimmed(bytes, at, next));
    at = next;
  }
  return parts.filter((part) => part !== "").join(" ");
}

/** Not a regular expression nor trim(): those take quadratic time, or a no-break space too. */
function trimmed(bytes: Uint8Array, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isSpacing(bytes[start]!)) start += 1;
  while (end > start && isSpacing(bytes[end - 1]!)) end -= 1;
  return latin1(bytes, start, end);
}
