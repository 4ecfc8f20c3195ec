import type { Field } from "../field.ts";
import type { ReceivedRequest } from "../received-request.ts";
import { HpackDecoder, type HpackLimits } from "./hpack-decoder.ts";
import { parseRequestFields } from "./request-fields.ts";
import { TextMemory } from "./text-memory.ts";

/** A power of two. */
const SHARED_PLACES = 256;
/** Characters of names and values; a larger head is parsed each time. */
const MAX_SHARED_SIZE = 2048;

interface KnownHead {
  readonly fields: readonly Field[];
  readonly request: ReceivedRequest;
}

/**
 * Requests seen lately, for all connections of a server: those that have the same fields share an
 * object. Holds 256 of them at most, of 2,048 characters each.
 */
export class Http2RequestMemory {
  readonly texts: TextMemory = new TextMemory();
  readonly #places: (KnownHead | undefined)[] = new Array(SHARED_PLACES).fill(undefined);

  /** @throws WireError as parseRequestFields() */
  parse(fields: readonly Field[], hasBody: boolean): ReceivedRequest {
    const place = placeOf(fields, hasBody);
    const known = this.#places[place];
    if (known?.request.hasBody === hasBody && isSame(known.fields, fields)) return known.request;
    const request = parseRequestFields(fields, { hasBody });
    if (sizeOf(fields) <= MAX_SHARED_SIZE) this.#places[place] = { fields, request };
    return request;
  }
}

/** A larger block is decoded each time. */
const MAX_KNOWN_BYTES = 256;
/** A power of two. Each place holds one block: 2 kB for a connection at most. */
const PLACES = 8;

interface KnownBlock {
  readonly bytes: Uint8Array;
  /** Of the decoder's table, on which the block may lean. */
  readonly tableVersion: number;
  readonly request: ReceivedRequest;
}

/**
 * Turns one connection's header blocks into requests. All of them must pass through here, in order
 * (RFC 7541 2.2).
 *
 * Hot path: a block that was there before, and neither changed the table nor sees it changed, is
 * known by its bytes.
 */
export class Http2RequestDecoder {
  readonly #memory: Http2RequestMemory;
  readonly #hpack: HpackDecoder;
  readonly #places: (KnownBlock | undefined)[] = [];

  constructor(limits: HpackLimits, memory: Http2RequestMemory) {
    this.#memory = memory;
    this.#hpack = new HpackDecoder(limits, memory.texts);
  }

  /**
   * @throws WireError `bad_hpack`: the connection is of no further use; `head_too_large`,
   * `too_many_headers`, and what parseRequestFields() throws: of this stream alone
   */
  decode(bytes: Uint8Array, from: number, to: number, hasBody: boolean): ReceivedRequest {
    const length = to - from;
    if (length === 0 || length > MAX_KNOWN_BYTES) return this.#parse(bytes, from, to, hasBody);
    const place = (length + bytes[(from + to) >>> 1]! + bytes[to - 1]! * 3) & (PLACES - 1);
    const known = this.#places[place];
    const tableVersion = this.#hpack.tableVersion;
    if (
      known !== undefined &&
      known.tableVersion === tableVersion &&
      known.request.hasBody === hasBody &&
      isAt(bytes, from, to, known.bytes)
    ) {
      return known.request;
    }
    const request = this.#parse(bytes, from, to, hasBody);
    if (this.#hpack.tableVersion === tableVersion) {
      // Copied, not a view of the chunk, and not by slice(), which on a Buffer makes one.
      const own = new Uint8Array(length);
      own.set(bytes.subarray(from, to));
      this.#places[place] = { bytes: own, tableVersion, request };
    }
    return request;
  }

  /**
   * A block that is no request: trailers, or of a stream that is gone.
   * @throws WireError `bad_hpack`, `head_too_large`, `too_many_headers` as decode()
   */
  decodeFields(bytes: Uint8Array, from: number, to: number): readonly Field[] {
    return this.#hpack.decode(bytes, from, to);
  }

  #parse(bytes: Uint8Array, from: number, to: number, hasBody: boolean): ReceivedRequest {
    return this.#memory.parse(this.#hpack.decode(bytes, from, to), hasBody);
  }
}

function isAt(bytes: Uint8Array, from: number, to: number, known: Uint8Array): boolean {
  const { length } = known;
  if (to - from !== length) return false;
  for (let index = 0; index < length; index += 1) {
    if (bytes[from + index] !== known[index]) return false;
  }
  return true;
}

function placeOf(fields: readonly Field[], hasBody: boolean): number {
  let sum = hasBody ? 1 : 0;
  for (const [name, value] of fields) {
    const last = value.length === 0 ? 0 : value.charCodeAt(value.length - 1);
    sum = (sum * 31 + name.length * 7 + value.length * 5 + last) | 0;
  }
  return sum & (SHARED_PLACES - 1);
}

function sizeOf(fields: readonly Field[]): number {
  let size = 0;
  for (const [name, value] of fields) size += name.length + value.length;
  return size;
}

/** Mostly the very same objects, as the connections share their texts. */
function isSame(some: readonly Field[], others: readonly Field[]): boolean {
  if (some.length !== others.length) return false;
  for (const [index, one] of some.entries()) {
    const other = others[index]!;
    if (one !== other && (one[0] !== other[0] || one[1] !== other[1])) return false;
  }
  return true;
}
