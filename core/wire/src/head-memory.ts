import type { ScannedHead } from "./response-head.ts";
import type { ResponseLimits } from "./response-limits.ts";
import { Section } from "./section.ts";

/** A larger head is not remembered. */
const MAX_REMEMBERED_HEAD_BYTES = 1024;
/** A power of two. Each place holds one head: 64 kB of them at most. */
const PLACES = 64;

/**
 * Heads seen lately, for all connections of a client. Most heads equal one before, as a Date
 * changes once a second: such are known by their bytes, in a quarter of the time of a scan, and
 * share an object. Found by how many bytes came at once, which answers to the same request have in
 * common.
 */
export class HeadMemory {
  readonly #limits: ResponseLimits;
  readonly #places: (ScannedHead | undefined)[] = new Array(PLACES).fill(undefined);
  /**
   * Most heads come whole: what reads them is free again at once, and one serves all connections.
   */
  #spare: Section | undefined;

  constructor(limits: ResponseLimits) {
    this.#limits = limits;
  }

  /** What reads a head; it is the caller's until it is given back. */
  borrowSection(): Section {
    const { maxHeadBytes: maxBytes, maxHeaders: maxFields } = this.#limits;
    const section = this.#spare ?? new Section({ kind: "head", maxBytes, maxFields });
    this.#spare = undefined;
    return section;
  }

  giveBack(section: Section): void {
    section.release();
    this.#spare = section;
  }

  /** The head that the chunk begins with from there on, if it was seen. Hot path. */
  tryRecognise(chunk: Uint8Array, from: number): ScannedHead | undefined {
    const head = this.#places[(chunk.length - from) & (PLACES - 1)];
    return head !== undefined && startsWith(chunk, from, head.bytes) ? head : undefined;
  }

  /** `availableBytes`: what the chunk had from the head's first byte on. */
  remember(head: ScannedHead, availableBytes: number): void {
    if (head.bytes.length > MAX_REMEMBERED_HEAD_BYTES) return;
    this.#places[availableBytes & (PLACES - 1)] = head;
  }
}

/** Four bytes at a time without a branch between them: half the time of one by one. */
function startsWith(chunk: Uint8Array, from: number, bytes: Uint8Array): boolean {
  const { length } = bytes;
  if (chunk.length - from < length) return false;
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    const differs =
      (chunk[from + index]! ^ bytes[index]!) |
      (chunk[from + index + 1]! ^ bytes[index + 1]!) |
      (chunk[from + index + 2]! ^ bytes[index + 2]!) |
      (chunk[from + index + 3]! ^ bytes[index + 3]!);
    if (differs !== 0) return false;
  }
  for (; index < length; index += 1) if (chunk[from + index] !== bytes[index]) return false;
  return true;
}
