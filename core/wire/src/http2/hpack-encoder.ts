import type { Field } from "../field.ts";
import { assertHeader, assertRequestLine } from "../request-encoder.ts";
import { connectionFields } from "./connection-fields.ts";
import { HpackBlock } from "./hpack-block.ts";

export interface RequestFields {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** Host, and the port unless it is the scheme's own. */
  readonly authority: string;
  readonly path: string;
  /** In whatever case; those that concern an HTTP/1.1 connection are left out (RFC 9113 8.2.2). */
  readonly fields: readonly Field[];
}

/**
 * A request as a header block (RFC 7541). Nothing is put into the dynamic table, so that a block
 * means the same on every connection, and is encoded once for a request that is sent again. Values
 * beyond ASCII go as UTF-8, as in HTTP/1.1.
 * @throws WireError `bad_request_method`, `bad_request_target`, `bad_request_header`
 */
export function encodeRequestBlock(request: RequestFields): Uint8Array {
  const { method, scheme, authority, path, fields } = request;
  assertRequestLine(method, path);
  assertHeader("host", authority);
  const block = new HpackBlock();
  block.addField(":method", method);
  block.addField(":scheme", scheme);
  block.addField(":authority", authority);
  block.addField(":path", path);
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    if (isLeftOut(lower, value)) continue;
    assertHeader(name, value);
    block.addField(lower, value);
  }
  return block.bytes();
}

const isLeftOut = (name: string, value: string): boolean =>
  connectionFields.has(name) || name === "host" || (name === "te" && value !== "trailers");
