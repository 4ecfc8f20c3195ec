import { WireError } from "../error.ts";
import { huffmanLengths } from "./hpack-tables.ts";

const SYMBOLS = 256;

/**
 * Codes are looked up a byte at a time: 256 entries per node. An entry is a child's number,
 * negative; or the bits that its symbol takes of this byte, times 256, plus the symbol; or 0, which
 * is only reached by the code that RFC 7541 5.2 forbids.
 */
let table: Int32Array | undefined;

/**
 * Undoes HPACK's Huffman code (RFC 7541 5.2) and returns how many bytes it wrote. `out` must have
 * room for 8 bytes for each 5 of the code.
 * @throws WireError `bad_hpack`
 */
export function decodeHuffman(
  bytes: Uint8Array,
  from: number,
  to: number,
  out: Uint8Array,
): number {
  table ??= makeTable();
  let length = 0;
  let node = 0;
  let held = 0;
  let bits = 0;
  for (let at = from; at < to; at += 1) {
    held = ((held << 8) | bytes[at]!) & 0xffff;
    bits += 8;
    while (bits >= 8) {
      const entry = table[node + ((held >>> (bits - 8)) & 0xff)]!;
      if (entry > 0) {
        out[length] = entry & 0xff;
        length += 1;
        bits -= entry >>> 8;
        node = 0;
      } else if (entry < 0) {
        bits -= 8;
        node = -entry * SYMBOLS;
      } else throw bad();
    }
  }
  while (bits > 0) {
    const entry = table[node + ((held << (8 - bits)) & 0xff)]!;
    if (entry <= 0 || entry >>> 8 > bits) break;
    out[length] = entry & 0xff;
    length += 1;
    bits -= entry >>> 8;
    node = 0;
  }
  const ones = (1 << bits) - 1;
  // What is left must be less than a byte, and the beginning of the code for the end.
  if (node !== 0 || (held & ones) !== ones) throw bad();
  return length;
}

const bad = (): WireError =>
  new WireError("bad_hpack", "Cannot decode a header: its Huffman code is broken");

function makeTable(): Int32Array {
  const entries: number[] = new Array<number>(SYMBOLS).fill(0);
  let code = 0;
  let codeBits = 0;
  for (const [symbol, bits] of symbolsByLength()) {
    code <<= bits - codeBits;
    codeBits = bits;
    let node = 0;
    let rest = bits;
    for (; rest > 8; rest -= 8) {
      const at = node * SYMBOLS + ((code >>> (rest - 8)) & 0xff);
      if (entries[at] === 0) {
        entries[at] = -entries.length / SYMBOLS;
        for (let index = 0; index < SYMBOLS; index += 1) entries.push(0);
      }
      node = -entries[at]!;
    }
    const first = node * SYMBOLS + ((code << (8 - rest)) & 0xff);
    entries.fill(rest * SYMBOLS + symbol, first, first + 2 ** (8 - rest));
    code += 1;
  }
  return Int32Array.from(entries);
}

function symbolsByLength(): [symbol: number, bits: number][] {
  return Array.from(huffmanLengths, (digit, symbol): [number, number] => [
    symbol,
    Number.parseInt(digit, 36),
  ]).toSorted(([a, aBits], [b, bBits]) => aBits - bBits || a - b);
}
