/**
 * First in, first out, and from any place between. A hot path: adding and taking the first cost a
 * few ns however long it is, which shift() on an array does not.
 */
export class Fifo<Item extends object> {
  /** Undefined where one was taken from between. The first, if there is one, is at #head. */
  readonly #items: (Item | undefined)[] = [];
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#size += 1;
  }

  shift(): Item | undefined {
    const first = this.#items[this.#head];
    if (first !== undefined) this.#takeAt(this.#head);
    return first;
  }

  /** Takes the first that fits, looking from the front: cheap for one near it. */
  take(fits: (item: Item) => boolean): Item | undefined {
    for (let place = this.#head; place < this.#items.length; place += 1) {
      const item = this.#items[place];
      if (item !== undefined && fits(item)) {
        this.#takeAt(place);
        return item;
      }
    }
    return undefined;
  }

  /** Takes the last that fits, looking from the back. */
  takeLast(fits: (item: Item) => boolean): Item | undefined {
    for (let place = this.#items.length - 1; place >= this.#head; place -= 1) {
      const item = this.#items[place];
      if (item !== undefined && fits(item)) {
        this.#takeAt(place);
        return item;
      }
    }
    return undefined;
  }

  /** Takes all that fit, looking at each once. */
  takeAll(fits: (item: Item) => boolean): Item[] {
    const taken: Item[] = [];
    for (let place = this.#head; place < this.#items.length; place += 1) {
      const item = this.#items[place];
      if (item === undefined || !fits(item)) continue;
      this.#items[place] = undefined;
      taken.push(item);
    }
    this.#size -= taken.length;
    this.#skipHoles();
    return taken;
  }

  find(fits: (item: Item) => boolean): Item | undefined {
    for (let place = this.#head; place < this.#items.length; place += 1) {
      const item = this.#items[place];
      if (item !== undefined && fits(item)) return item;
    }
    return undefined;
  }

  clear(): void {
    this.#items.length = 0;
    this.#head = 0;
    this.#size = 0;
  }

  /** From the front. What is taken or added meanwhile confuses it: go over a copy then. */
  *[Symbol.iterator](): IterableIterator<Item> {
    for (let place = this.#head; place < this.#items.length; place += 1) {
      const item = this.#items[place];
      if (item !== undefined) yield item;
    }
  }

  /** From the back, as above. */
  *backwards(): IterableIterator<Item> {
    for (let place = this.#items.length - 1; place >= this.#head; place -= 1) {
      const item = this.#items[place];
      if (item !== undefined) yield item;
    }
  }

  #takeAt(place: number): void {
    this.#items[place] = undefined;
    this.#size -= 1;
    if (place === this.#head || this.#size === 0) this.#skipHoles();
  }

  #skipHoles(): void {
    if (this.#size === 0) {
      this.clear();
      return;
    }
    while (this.#items[this.#head] === undefined) this.#head += 1;
    if (this.#head > 32 && this.#head * 2 > this.#items.length) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
