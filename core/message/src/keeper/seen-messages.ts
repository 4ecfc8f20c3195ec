import { hashOfPair, PairTable } from "./pair-table.ts";

/**
 * Which (sender, id) pairs were accepted: at most so many, and always the newest half of that. Two
 * generations, of which the older goes whole: a pair costs one insertion and never a removal.
 */
export class SeenMessages {
  readonly #maxPairs: number;
  readonly #seed: number;
  #newer = new PairTable();
  #older = new PairTable();
  /** add() mostly comes after has() of the same pair. */
  #hashed: { from: string; id: string; hash: number };

  constructor(maxPairs: number, seed: number) {
    this.#maxPairs = maxPairs;
    this.#seed = seed;
    this.#hashed = { from: "", id: "", hash: hashOfPair("", "", seed) };
  }

  has(from: string, id: string): boolean {
    const hash = this.#hashOf(from, id);
    return this.#newer.has(from, id, hash) || this.#older.has(from, id, hash);
  }

  add(from: string, id: string): void {
    if (this.#maxPairs < 2) return;
    if (this.#newer.size >= Math.floor(this.#maxPairs / 2)) {
      const emptied = this.#older;
      emptied.clear();
      this.#older = this.#newer;
      this.#newer = emptied;
    }
    this.#newer.add(from, id, this.#hashOf(from, id));
  }

  delete(from: string, id: string): void {
    const hash = this.#hashOf(from, id);
    this.#newer.delete(from, id, hash);
    this.#older.delete(from, id, hash);
  }

  #hashOf(from: string, id: string): number {
    const hashed = this.#hashed;
    if (hashed.id !== id || hashed.from !== from) {
      hashed.from = from;
      hashed.id = id;
      hashed.hash = hashOfPair(from, id, this.#seed);
    }
    return hashed.hash;
  }
}
