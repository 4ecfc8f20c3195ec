import type { WaitOptions } from "./bridge-client.ts";
import { BridgeClientError } from "./bridge-client-error.ts";
import type { BridgeClock } from "./bridge-clock.ts";
import type { QueryResponse } from "./bridge-frame.ts";
import { type Waiter, wait } from "./wait.ts";

export interface QueriesOptions {
  readonly clock: BridgeClock;
  readonly newId: () => string;
  /** At once. */
  readonly maxQueries: number;
  /** Hands a frame to the connection, if there is one. */
  readonly transmit: (text: string) => void;
}

/** Questions to the bridge that it has not answered yet. A new connection is asked again. */
export class Queries {
  readonly #options: QueriesOptions;
  readonly #waiting = new Map<string, { text: string; waiter: Waiter<QueryResponse> }>();

  constructor(options: QueriesOptions) {
    this.#options = options;
  }

  ask(
    question: { readonly limit: number; readonly agents?: true },
    options: WaitOptions,
  ): Promise<QueryResponse> {
    const { clock, newId, maxQueries, transmit } = this.#options;
    if (this.#waiting.size >= maxQueries) {
      const message = `Cannot ask the bridge: ${maxQueries} questions wait for their answers`;
      return Promise.reject(new BridgeClientError("too_many_unsent", message));
    }
    const id = newId();
    const text = JSON.stringify({ type: "query", id, ...question });
    return wait({
      ...options,
      clock,
      begin: (waiter) => {
        this.#waiting.set(id, { text, waiter });
        transmit(text);
        return () => this.#waiting.delete(id);
      },
      onTimeout: (waiter, timeoutMs) => {
        const message = `The bridge has not answered a query within ${timeoutMs} ms`;
        waiter.reject(new BridgeClientError("timeout", message));
      },
    });
  }

  open(): void {
    for (const { text } of this.#waiting.values()) this.#options.transmit(text);
  }

  /** An answer without an id is that to the oldest question: older bridges answer in order. */
  answer(response: QueryResponse): void {
    const id = response.id ?? this.#waiting.keys().next().value;
    if (id !== undefined) this.#waiting.get(id)?.waiter.resolve(response);
  }

  rejectAll(error: BridgeClientError): void {
    for (const { waiter } of [...this.#waiting.values()]) waiter.reject(error);
  }
}
