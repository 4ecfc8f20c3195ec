/**
 * A set of pairs of texts (up to 65,534 UTF-16 units each), which only grows until it is cleared.
 * Kept in arrays of numbers: a hundred thousand texts in Sets, through which a collector of garbage
 * has to go again and again, cost a message about as much as all else that the keeper does with it.
 */
export class PairTable {
  /** Open addressing, at most half full: the number of an entry and 1. */
  #slots = new Int32Array(64);
  #hashes = new Int32Array(32);
  /** Where in #units an entry's texts are: their lengths, then their units. */
  #places = new Int32Array(32);
  #units = new Uint16Array(1024);
  #usedUnits = 0;
  #size = 0;

  /** What was deleted counts until all is cleared. */
  get size(): number {
    return this.#size;
  }

  has(first: string, second: string, hash: number): boolean {
    return this.#find(first, second, hash) !== undefined;
  }

  add(first: string, second: string, hash: number): void {
    if (this.#size === this.#places.length) this.#growEntries();
    const entry = this.#size;
    this.#size += 1;
    this.#hashes[entry] = hash;
    this.#places[entry] = this.#usedUnits;
    this.#link(entry, hash);
    const neededUnits = this.#usedUnits + 2 + first.length + second.length;
    if (neededUnits > this.#units.length) this.#units = grown(this.#units, neededUnits * 2);
    this.#units[this.#usedUnits] = first.length;
    this.#units[this.#usedUnits + 1] = second.length;
    this.#usedUnits += 2;
    this.#write(first);
    this.#write(second);
  }

  delete(first: string, second: string, hash: number): void {
    const place = this.#find(first, second, hash);
    if (place !== undefined) this.#units[place] = DELETED;
  }

  /** Keeps the memory, for as many again. */
  clear(): void {
    this.#slots.fill(0);
    this.#usedUnits = 0;
    this.#size = 0;
  }

  #find(first: string, second: string, hash: number): number | undefined {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]! - 1;
      if (entry === -1) return undefined;
      if (this.#hashes[entry] !== hash) continue;
      const place = this.#places[entry]!;
      if (this.#isAt(place, first, second)) return place;
    }
  }

  #isAt(place: number, first: string, second: string): boolean {
    const units = this.#units;
    if (units[place] !== first.length || units[place + 1] !== second.length) return false;
    const start = place + 2;
    for (let index = 0; index < first.length; index += 1) {
      if (units[start + index] !== first.charCodeAt(index)) return false;
    }
    const middle = start + first.length;
    for (let index = 0; index < second.length; index += 1) {
      if (units[middle + index] !== second.charCodeAt(index)) return false;
    }
    return true;
  }

  #write(text: string): void {
    const start = this.#usedUnits;
    for (let index = 0; index < text.length; index += 1) {
      this.#units[start + index] = text.charCodeAt(index);
    }
    this.#usedUnits = start + text.length;
  }

  #link(entry: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry + 1;
  }

  #growEntries(): void {
    const length = this.#places.length * 2;
    const hashes = new Int32Array(length);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const places = new Int32Array(length);
    places.set(this.#places);
    this.#places = places;
    this.#slots = new Int32Array(length * 2);
    for (let entry = 0; entry < this.#size; entry += 1) this.#link(entry, hashes[entry]!);
  }
}

/** As a length; no text is so long. */
const DELETED = 0xffff;

/** FNV-1a over both, and a seed: whoever does not know it cannot make texts that collide. */
export function hashOfPair(first: string, second: string, seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let index = 0; index < first.length; index += 1) {
    hash = Math.imul(hash ^ first.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ 0xffff, 0x01000193);
  for (let index = 0; index < second.length; index += 1) {
    hash = Math.imul(hash ^ second.charCodeAt(index), 0x01000193);
  }
  return hash ^ (hash >>> 15);
}

function grown(units: Uint16Array<ArrayBuffer>, length: number): Uint16Array<ArrayBuffer> {
  const larger = new Uint16Array(length);
  larger.set(units);
  return larger;
}
