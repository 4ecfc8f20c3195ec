import { RedisError } from "@breakwater/redis";

/** So many reads at once, and the others after them, in order: all may come back at once. */
export class BoundedReads {
  readonly #maxAtOnce: number;
  readonly #maxWaiting: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(limits: { readonly maxAtOnce: number; readonly maxWaiting: number }) {
    this.#maxAtOnce = limits.maxAtOnce;
    this.#maxWaiting = limits.maxWaiting;
  }

  async run<T>(read: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#maxAtOnce) await this.#turn();
    else this.#running += 1;
    try {
      return await read();
    } finally {
      this.#next();
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.size >= this.#maxWaiting) {
      const message = `Cannot read from Redis: ${this.#maxWaiting} reads wait already`;
      return Promise.reject(new RedisError("busy", message));
    }
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Whose turn it is takes the place of who is done. */
  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(first);
    first();
  }
}

/**
 * A read that many may ask for at once: whoever asks gets one that began after that, and there is
 * one at a time.
 */
export class SharedRead<T> {
  readonly #read: () => Promise<T>;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<T> | undefined;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  ask(): Promise<T> {
    const begin = (): Promise<T> => {
      this.#next = undefined;
      const running = this.#read();
      this.#running = running;
      return running;
    };
    this.#next ??= this.#running.then(begin, begin);
    return this.#next;
  }
}
