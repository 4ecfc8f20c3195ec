/** Which of several idle VUs is next: the one that waited longest, or the one that came last. */
export type IdleOrder = "oldest first" | "newest first";

/** A ring that was made large enough: nothing moves and nothing is allocated. */
export class IdleQueue<Item> {
  readonly #ring: (Item | undefined)[];
  readonly #order: IdleOrder;
  #first = 0;
  #size = 0;

  constructor(capacity: number, order: IdleOrder) {
    this.#order = order;
    this.#ring = new Array<Item | undefined>(capacity).fill(undefined);
  }

  add(item: Item): void {
    this.#ring[(this.#first + this.#size) % this.#ring.length] = item;
    this.#size += 1;
  }

  take(): Item | undefined {
    if (this.#size === 0) return undefined;
    const isOldest = this.#order === "oldest first";
    const place = isOldest ? this.#first : (this.#first + this.#size - 1) % this.#ring.length;
    const item = this.#ring[place];
    this.#ring[place] = undefined;
    if (isOldest) this.#first = (this.#first + 1) % this.#ring.length;
    this.#size -= 1;
    return item;
  }
}
