/** Something at its place in an order that rises. */
export interface Placed {
  readonly seq: number;
}

/** A piece of the log as it was when it was read. */
export interface Page<T extends Placed> {
  /** In order. */
  readonly found: readonly T[];
  /** The last place that was looked at. */
  readonly upTo: number;
  /** Whether there was nothing behind it. */
  readonly isAll: boolean;
}

export interface FollowerOptions<T extends Placed> {
  /** Nothing up to here is told. */
  readonly after: number;
  /** What comes after this place. */
  readonly read: (after: number) => Promise<Page<T>>;
  readonly tell: (entry: T) => void;
}

/** What is heard while it reads; beyond, it reads once more. */
const MAX_HEARD = 256;

/**
 * Tells the entries of a log in Redis once each and in order: first what is there, by reading, then
 * what is published, until a gap makes it read again. Whatever was in the log before it was read is
 * in what was read, and whatever came later is heard; what is in both is known by its place.
 */
export class Follower<T extends Placed> {
  readonly #options: FollowerOptions<T>;
  #told: number;
  /** Undefined: what is heard is told at once. */
  #heard: T[] | undefined = [];
  #isReading: boolean = false;
  #isStale: boolean = false;
  #isClosed: boolean = false;

  constructor(options: FollowerOptions<T>) {
    this.#options = options;
    this.#told = options.after;
  }

  /** The place of the last that was told. */
  get told(): number {
    return this.#told;
  }

  /** Published just now. */
  hear(entry: T): void {
    if (this.#isClosed) return;
    if (this.#heard === undefined) {
      this.#tell(entry);
      return;
    }
    if (this.#heard.length < MAX_HEARD) {
      this.#heard.push(entry);
      return;
    }
    this.#heard = [];
    this.#isStale = true;
  }

  /** Something may not have been heard: nothing is told until catchUp(). */
  hold(): void {
    this.#heard = [];
    this.#isStale = true;
  }

  /** Reads what there is. When that fails, it is to be called again: it holds until then. */
  async catchUp(): Promise<void> {
    this.#heard ??= [];
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#isStale && !this.#isClosed) {
        this.#isStale = false;
        await this.#readAll();
      }
    } finally {
      this.#isReading = false;
    }
    const heard = this.#heard;
    this.#heard = undefined;
    for (const entry of heard) this.#tell(entry);
  }

  close(): void {
    this.#isClosed = true;
    this.#heard = [];
  }

  async #readAll(): Promise<void> {
    let isAll = false;
    while (!isAll && !this.#isClosed) {
      const page = await this.#options.read(this.#told);
      for (const entry of page.found) this.#tell(entry);
      this.#told = Math.max(this.#told, page.upTo);
      isAll = page.isAll;
    }
  }

  #tell(entry: T): void {
    if (this.#isClosed || entry.seq <= this.#told) return;
    this.#told = entry.seq;
    this.#options.tell(entry);
  }
}
