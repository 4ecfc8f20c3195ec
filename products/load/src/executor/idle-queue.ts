/**
 * First in, first out, in a ring that was made large enough: nothing moves and nothing is
 * allocated.
 */
export class IdleQueue<Item> {
  readonly #ring: (Item | undefined)[];
  #first = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#ring = new Array<Item | undefined>(capacity).fill(undefined);
  }

  add(item: Item): void {
    this.#ring[(this.#first + this.#size) % this.#ring.length] = item;
    this.#size += 1;
  }

  take(): Item | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#ring[this.#first];
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#ring.length;
    this.#size -= 1;
    return item;
  }
}
