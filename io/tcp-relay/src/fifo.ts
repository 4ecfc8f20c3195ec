/** What comes in goes out in the same order; taking one costs the same however many there are. */
export class Fifo<Item> {
  #items: Item[] = [];
  #taken = 0;

  get length(): number {
    return this.#items.length - this.#taken;
  }

  get first(): Item | undefined {
    return this.#items[this.#taken];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  replaceFirst(item: Item): void {
    this.#items[this.#taken] = item;
  }

  dropFirst(): void {
    this.#taken += 1;
    // Each item is moved once at most per time that the list doubles.
    if (this.#taken * 2 >= this.#items.length) {
      this.#items.splice(0, this.#taken);
      this.#taken = 0;
    }
  }

  clear(): void {
    this.#items = [];
    this.#taken = 0;
  }

  /** Changes every item that is still there. */
  change(change: (item: Item) => Item): void {
    this.#items = this.#items.slice(this.#taken).map(change);
    this.#taken = 0;
  }
}
