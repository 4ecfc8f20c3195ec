import { staticTable } from "./hpack-tables.ts";

/** Of which name the first entry of the static table is where. */
const firstIndexes: ReadonlyMap<string, number> = new Map(
  staticTable.map(([name], index): [string, number] => [name, index + 1]).toReversed(),
);

const utf8 = new TextEncoder();

/**
 * A header block as it is written (RFC 7541), without Huffman codes. Nothing is put into the
 * dynamic table, so that a block means the same on every connection, and blocks can be joined.
 */
export class HpackBlock {
  #bytes: Uint8Array = new Uint8Array(256);
  #length = 0;

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** The name in lower case; a value beyond ASCII goes as UTF-8. */
  addField(name: string, value: string): void {
    const first = firstIndexes.get(name) ?? 0;
    const exact = exactIndex(first, name, value);
    if (exact > 0) {
      this.#addInteger(0x80, 0x7f, exact);
      return;
    }
    this.#addInteger(0x00, 0x0f, first);
    if (first === 0) this.#addText(name);
    this.#addText(value);
  }

  #addInteger(pattern: number, mask: number, value: number): void {
    this.#reserve(6);
    if (value < mask) {
      this.#add(pattern | value);
      return;
    }
    this.#add(pattern | mask);
    let rest = value - mask;
    for (; rest >= 0x80; rest >>>= 7) this.#add((rest & 0x7f) | 0x80);
    this.#add(rest);
  }

  #addText(text: string): void {
    const bytes = isAscii(text) ? undefined : utf8.encode(text);
    const length = bytes?.length ?? text.length;
    this.#addInteger(0x00, 0x7f, length);
    this.#reserve(length);
    if (bytes !== undefined) this.#bytes.set(bytes, this.#length);
    else {
      for (let index = 0; index < length; index += 1) {
        this.#bytes[this.#length + index] = text.charCodeAt(index);
      }
    }
    this.#length += length;
  }

  #add(byte: number): void {
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

function exactIndex(first: number, name: string, value: string): number {
  if (first === 0 || value === "") return 0;
  for (let index = first; staticTable[index - 1]?.[0] === name; index += 1) {
    if (staticTable[index - 1]![1] === value) return index;
  }
  return 0;
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) >= 0x80) return false;
  }
  return true;
}
