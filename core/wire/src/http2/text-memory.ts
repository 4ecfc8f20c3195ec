import type { Field } from "../field.ts";

export interface KnownText {
  readonly bytes: Uint8Array;
  readonly isHuffman: boolean;
  readonly text: string;
  /** The field that had the text as its value. */
  field: Field | undefined;
}

const SLOTS = 256;
/** Longer texts seldom come again. */
const MAX_BYTES = 64;

/**
 * Texts of headers that came lately, by how they were encoded. Servers repeat themselves, and
 * comparing is faster than decoding and makes nothing new: the tables of a client's connections,
 * which share this, hold the same fields.
 */
export class TextMemory {
  readonly #slots: (KnownText | undefined)[] = new Array<KnownText | undefined>(SLOTS);

  tryRecognise(
    bytes: Uint8Array,
    from: number,
    to: number,
    isHuffman: boolean,
  ): KnownText | undefined {
    const slot = this.#slots[slotOf(bytes, from, to)];
    if (slot === undefined || slot.isHuffman !== isHuffman) return undefined;
    if (slot.bytes.length !== to - from) return undefined;
    for (let at = from; at < to; at += 1) {
      if (slot.bytes[at - from] !== bytes[at]) return undefined;
    }
    return slot;
  }

  remember(
    bytes: Uint8Array,
    from: number,
    to: number,
    isHuffman: boolean,
    text: string,
  ): KnownText {
    if (to - from > MAX_BYTES) return { bytes: noBytes, isHuffman, text, field: undefined };
    // Copied, not a view: the chunk is large. Not by slice(), which on a Buffer makes a view.
    const own = new Uint8Array(to - from);
    own.set(bytes.subarray(from, to));
    const slot: KnownText = { bytes: own, isHuffman, text, field: undefined };
    this.#slots[slotOf(bytes, from, to)] = slot;
    return slot;
  }
}

const noBytes: Uint8Array = new Uint8Array(0);

function slotOf(bytes: Uint8Array, from: number, to: number): number {
  if (from === to) return 0;
  const middle = bytes[(from + to) >>> 1]!;
  return (bytes[from]! * 7 + middle * 31 + bytes[to - 1]! * 13 + (to - from)) % SLOTS;
}
