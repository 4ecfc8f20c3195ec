import { latin1 } from "../ascii.ts";
import { WireError } from "../error.ts";
import type { Field } from "../field.ts";
import { decodeHuffman } from "./hpack-huffman.ts";
import { staticTable } from "./hpack-tables.ts";
import { type KnownText, TextMemory } from "./text-memory.ts";

export interface HpackLimits {
  /** Of the dynamic table, as RFC 7541 4.1 counts: what we have told the peer. */
  readonly maxTableBytes: number;
  /** Of one list of fields, counted the same way. */
  readonly maxHeadBytes: number;
  readonly maxHeaders: number;
}

/** What a field takes in a table beyond its name and value (RFC 7541 4.1). */
const FIELD_OVERHEAD_BYTES = 32;

/**
 * Turns header blocks of HTTP/2 into fields (RFC 7541). Each block may lean on those before it, so
 * all of a connection's must pass through here, in order. Names and values are latin1, as in
 * HTTP/1.1.
 */
export class HpackDecoder {
  readonly #limits: HpackLimits;
  readonly #memory: TextMemory;
  /** The dynamic table from `#oldest` on; the newest is the last. */
  #entries: Field[] = [];
  #oldest = 0;
  #tableBytes = 0;
  #maxTableBytes: number;
  #tableVersion = 0;
  #scratch: Uint8Array = new Uint8Array(0);
  #bytes: Uint8Array = this.#scratch;
  #at = 0;
  #to = 0;

  /** Connections of one client share a `memory`. */
  constructor(limits: HpackLimits, memory: TextMemory = new TextMemory()) {
    this.#limits = limits;
    this.#memory = memory;
    this.#maxTableBytes = limits.maxTableBytes;
  }

  /** Changes with the dynamic table: while it stays, equal blocks mean the same. */
  get tableVersion(): number {
    return this.#tableVersion;
  }

  /**
   * The fields of one complete block.
   * @throws WireError `bad_hpack`: of no further use; `head_too_large`, `too_many_headers`: the
   * next block can still be read
   */
  decode(bytes: Uint8Array, from: number, to: number): Field[] {
    this.#bytes = bytes;
    this.#at = from;
    this.#to = to;
    const { maxHeadBytes, maxHeaders } = this.#limits;
    const fields: Field[] = [];
    let total = 0;
    let tooLarge: WireError | undefined;
    while (this.#at < to) {
      const field = this.#takeField(fields.length === 0);
      if (field === undefined) continue;
      total += sizeOf(field);
      if (total > maxHeadBytes) tooLarge ??= listTooLarge("head_too_large", maxHeadBytes);
      else if (fields.length === maxHeaders) {
        tooLarge ??= listTooLarge("too_many_headers", maxHeaders);
      } else fields.push(field);
    }
    this.#bytes = noBytes;
    if (tooLarge !== undefined) throw tooLarge;
    return fields;
  }

  /** One representation (RFC 7541 6); undefined when it was a change of the table's size. */
  #takeField(isFirst: boolean): Field | undefined {
    const first = this.#bytes[this.#at]!;
    if (first >= 0x80) return this.#indexed(this.#takeInteger(0x7f));
    if (first >= 0x40) {
      const field = this.#takeLiteral(this.#takeInteger(0x3f));
      this.#remember(field);
      return field;
    }
    if (first < 0x20) return this.#takeLiteral(this.#takeInteger(0x0f));
    const bytes = this.#takeInteger(0x1f);
    if (bytes > this.#limits.maxTableBytes || !isFirst) throw bad("its table's size");
    this.#maxTableBytes = bytes;
    this.#tableVersion += 1;
    this.#evict();
    return undefined;
  }

  #takeLiteral(nameIndex: number): Field {
    const name = nameIndex === 0 ? this.#takeText().text : this.#indexed(nameIndex)[0];
    const value = this.#takeText();
    if (value.field?.[0] !== name) value.field = [name, value.text];
    return value.field;
  }

  #indexed(index: number): Field {
    const field =
      index <= staticTable.length
        ? staticTable[index - 1]
        : this.#entries[this.#entries.length - (index - staticTable.length)];
    const isEvicted = index - staticTable.length > this.#entries.length - this.#oldest;
    if (field === undefined || isEvicted) throw bad(`index ${index}`);
    return field;
  }

  #remember(field: Field): void {
    this.#entries.push(field);
    this.#tableVersion += 1;
    this.#tableBytes += sizeOf(field);
    this.#evict();
  }

  #evict(): void {
    while (this.#tableBytes > this.#maxTableBytes) {
      this.#tableBytes -= sizeOf(this.#entries[this.#oldest]!);
      this.#oldest += 1;
    }
    // Seldom, so that it costs little per entry.
    if (this.#oldest > 32 && this.#oldest > this.#entries.length / 2) {
      this.#entries = this.#entries.slice(this.#oldest);
      this.#oldest = 0;
    }
  }

  /** RFC 7541 5.1; `mask` is the prefix. */
  #takeInteger(mask: number): number {
    let value = this.#bytes[this.#at]! & mask;
    this.#at += 1;
    if (value < mask) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      if (this.#at >= this.#to) break;
      const byte = this.#bytes[this.#at]!;
      this.#at += 1;
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw bad("an integer");
  }

  #takeText(): KnownText {
    if (this.#at >= this.#to) throw bad("a text that is missing");
    const isHuffman = this.#bytes[this.#at]! >= 0x80;
    const length = this.#takeInteger(0x7f);
    const from = this.#at;
    const to = from + length;
    if (to > this.#to) throw bad("a text that is cut short");
    this.#at = to;
    const known = this.#memory.tryRecognise(this.#bytes, from, to, isHuffman);
    if (known !== undefined) return known;
    const text = isHuffman ? this.#huffman(from, to) : latin1(this.#bytes, from, to);
    return this.#memory.remember(this.#bytes, from, to, isHuffman, text);
  }

  #huffman(from: number, to: number): string {
    const roomBytes = (to - from) * 2;
    if (this.#scratch.length < roomBytes) this.#scratch = new Uint8Array(roomBytes);
    return latin1(this.#scratch, 0, decodeHuffman(this.#bytes, from, to, this.#scratch));
  }
}

const noBytes: Uint8Array = new Uint8Array(0);

const sizeOf = ([name, value]: Field): number => name.length + value.length + FIELD_OVERHEAD_BYTES;

const bad = (what: string): WireError =>
  new WireError("bad_hpack", `Cannot decode a header block: ${what} is not as RFC 7541 has it`);

const listTooLarge = (code: "head_too_large" | "too_many_headers", limit: number): WireError =>
  new WireError(
    code,
    code === "head_too_large"
      ? `Cannot read a head of more than ${limit} bytes: the limit is maxHeadBytes`
      : `Cannot read more than ${limit} header lines: the limit is maxHeaders`,
  );
