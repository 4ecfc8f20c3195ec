import { FilesError } from "../files-error.ts";

export interface TransferMemoryOptions {
  /** For all at once. */
  readonly maxBytes: number;
  /** So many wait for others to be done; who comes then is told to come back. */
  readonly maxWaiting: number;
}

interface Waiting {
  readonly bytes: number;
  readonly admit: () => void;
}

/**
 * The memory that uploads hold while they are on their way to the store. Each takes what it will
 * need before its body is read, or waits for its turn, in order; meanwhile TCP holds its client
 * up. So a thousand large uploads need no more than a few do.
 */
export class TransferMemory {
  readonly #options: TransferMemoryOptions;
  readonly #waiting: Set<Waiting> = new Set<Waiting>();
  #taken = 0;

  constructor(options: TransferMemoryOptions) {
    this.#options = options;
  }

  /**
   * At once where there is room, so that a body is read before any of it has to be kept; what it
   * gives is how it is given back. Throws FilesError "store_overloaded" or "cancelled".
   */
  take(bytes: number, signal: () => AbortSignal): Disposable | Promise<Disposable> {
    const { maxBytes, maxWaiting } = this.#options;
    const wanted = Math.min(bytes, maxBytes);
    const taken = { [Symbol.dispose]: () => this.#give(wanted) };
    if (this.#waiting.size === 0 && this.#taken + wanted <= maxBytes) {
      this.#taken += wanted;
      return taken;
    }
    if (this.#waiting.size >= maxWaiting) {
      const message = "Too many large files are being uploaded now: try again in a moment";
      throw new FilesError("store_overloaded", message);
    }
    return this.#turn(wanted, signal()).then(() => taken);
  }

  #turn(bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = (): void => {
        this.#waiting.delete(waiting);
        this.#admit();
        reject(new FilesError("cancelled", "The upload was given up before its turn came"));
      };
      const admit = (): void => {
        signal.removeEventListener("abort", gone);
        resolve();
      };
      const waiting: Waiting = { bytes, admit };
      this.#waiting.add(waiting);
      if (signal.aborted) gone();
      else signal.addEventListener("abort", gone, { once: true });
    });
  }

  #give(bytes: number): void {
    this.#taken -= bytes;
    this.#admit();
  }

  #admit(): void {
    for (const waiting of this.#waiting) {
      if (this.#taken + waiting.bytes > this.#options.maxBytes) return;
      this.#waiting.delete(waiting);
      this.#taken += waiting.bytes;
      waiting.admit();
    }
  }
}
