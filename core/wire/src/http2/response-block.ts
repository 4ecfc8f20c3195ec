import { isBlank } from "../ascii.ts";
import type { Field } from "../field.ts";
import { assertHeader } from "../request-encoder.ts";
import { connectionFields } from "./connection-fields.ts";
import { HpackBlock } from "./hpack-block.ts";

/**
 * A response's head as a header block that means the same on every connection (RFC 9113 8.3.2).
 * Names go in lower case; fields that concern an HTTP/1.1 connection are left out (8.2.2).
 * @throws WireError `bad_request_header`
 */
export function encodeResponseBlock(status: number, fields: readonly Field[]): Uint8Array {
  const block = new HpackBlock();
  block.addField(":status", String(status));
  addFields(block, fields);
  return block.bytes().slice();
}

/**
 * Fields alone, as encodeResponseBlock() has them: trailers, or what is put behind a block.
 * @throws WireError `bad_request_header`
 */
export function encodeFieldBlock(fields: readonly Field[]): Uint8Array {
  const block = new HpackBlock();
  addFields(block, fields);
  return block.bytes().slice();
}

function addFields(block: HpackBlock, fields: readonly Field[]): void {
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    if (connectionFields.has(lower) || lower === "te") continue;
    assertHeader(name, value);
    block.addField(lower, withoutBlanks(value));
  }
}

/** RFC 9113 8.2.1 takes a value with white space around it for malformed. */
function withoutBlanks(value: string): string {
  let from = 0;
  let to = value.length;
  while (from < to && isBlank(value.charCodeAt(from))) from += 1;
  while (to > from && isBlank(value.charCodeAt(to - 1))) to -= 1;
  return to - from === value.length ? value : value.slice(from, to);
}
