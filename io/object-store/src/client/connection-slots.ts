import type { Connections, HttpClient } from "@breakwater/http-client";
import { ObjectStoreError } from "../object-store-error.ts";

/**
 * So many connections, each for one call at a time. Those used last are used first, so that the
 * others may go idle; calls beyond wait in the order they came.
 */
export class ConnectionSlots {
  readonly #client: HttpClient;
  readonly #options: SlotOptions;
  readonly #idle: Connections[] = [];
  readonly #waiting = new Set<(slot: Connections | ObjectStoreError) => void>();
  #opened = 0;
  #isClosed: boolean = false;

  constructor(client: HttpClient, options: SlotOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Throws ObjectStoreError: "overloaded" when too many wait, "aborted". */
  async take(signal: AbortSignal | undefined): Promise<Connections> {
    const slot = this.#tryTake();
    if (slot !== undefined) return slot;
    if (this.#isClosed) throw closed();
    const { maxConnections, maxWaiting } = this.#options;
    if (this.#waiting.size >= maxWaiting) {
      const what = `${maxConnections} calls are under way and ${maxWaiting} wait`;
      throw new ObjectStoreError("overloaded", `No connection to the store is free: ${what}`);
    }
    const { promise, resolve } = Promise.withResolvers<Connections | ObjectStoreError>();
    const giveUp = (): void => {
      if (this.#waiting.delete(resolve)) resolve(abortedBy(signal!));
    };
    this.#waiting.add(resolve);
    signal?.addEventListener("abort", giveUp);
    const given = await promise;
    signal?.removeEventListener("abort", giveUp);
    if (given instanceof ObjectStoreError) throw given;
    return given;
  }

  release(slot: Connections): void {
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next(slot);
      return;
    }
    this.#idle.push(slot);
  }

  close(): void {
    this.#isClosed = true;
    for (const waiting of this.#waiting) waiting(closed());
    this.#waiting.clear();
  }

  #tryTake(): Connections | undefined {
    if (this.#isClosed) return undefined;
    const idle = this.#idle.pop();
    if (idle !== undefined || this.#opened >= this.#options.maxConnections) return idle;
    this.#opened += 1;
    return this.#client.connections({ maxIdlePerOrigin: 1, maxIdle: 1, reuse: true });
  }
}

export interface SlotOptions {
  readonly maxConnections: number;
  readonly maxWaiting: number;
}

export function abortedBy(signal: AbortSignal): ObjectStoreError {
  return new ObjectStoreError("aborted", "The caller gave up", { cause: signal.reason });
}

const closed = (): ObjectStoreError => new ObjectStoreError("aborted", "The store was closed");
