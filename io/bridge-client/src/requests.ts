import type { Incoming, WaitOptions } from "./bridge-client.ts";
import { BridgeClientError } from "./bridge-client-error.ts";
import type { BridgeClock } from "./bridge-clock.ts";
import type { Receipt } from "./envelope.ts";
import type { Held, Inbox } from "./inbox.ts";
import type { Lifetime } from "./lifetime.ts";
import { droppedError } from "./outbox.ts";
import { type Waiter, wait } from "./wait.ts";

export interface RequestsOptions {
  readonly inbox: Inbox;
  readonly clock: BridgeClock;
  readonly lifetime: Lifetime;
  /** At once. */
  readonly maxRequests: number;
  /** More messages than this do not come unacknowledged. */
  readonly window: number;
}

export interface Request extends WaitOptions {
  readonly id: string;
  readonly to: string;
  readonly send: () => Promise<Receipt>;
  /** Nobody waits for the reply any more. */
  readonly withdraw: () => void;
}

/** Messages whose replies are waited for. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #waiting = new Map<string, Waiter<Incoming>>();

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  ask({ id, to, send, withdraw, ...waiting }: Request): Promise<Incoming> {
    const { inbox, clock, lifetime, maxRequests } = this.#options;
    if (this.#waiting.size >= maxRequests) {
      const message = `Cannot ask ${to}: ${maxRequests} requests wait for their replies`;
      return Promise.reject(new BridgeClientError("too_many_unsent", message));
    }
    return wait<Incoming>({
      ...waiting,
      clock,
      begin: (waiter) => {
        this.#waiting.set(id, waiter);
        const take = (held: Held) => {
          held.finish();
          waiter.resolve(held.message);
        };
        inbox.addReplyReader(id, { filter: { from: to }, isReady: () => true, take });
        const offEnd = lifetime.onEnd(() => waiter.reject(lifetime.error()));
        send().catch(waiter.reject);
        return () => {
          offEnd();
          this.#waiting.delete(id);
          inbox.removeReplyReader(id);
          withdraw();
        };
      },
      onTimeout: (waiter, timeoutMs) => waiter.reject(this.#noReply(to, timeoutMs)),
    });
  }

  /** A request that is dropped after all will have no reply. */
  note(receipt: Receipt): void {
    if (receipt.status === "dropped") this.#waiting.get(receipt.id)?.reject(droppedError(receipt));
  }

  #noReply(to: string, timeoutMs: number): BridgeClientError {
    const { inbox, window } = this.#options;
    const isStuck = inbox.unfinished >= window;
    const why = `, as ${window} messages are unacknowledged and no more come: ack() some first`;
    const message = `${to} has not replied within ${timeoutMs} ms${isStuck ? why : ""}`;
    return new BridgeClientError("timeout", message);
  }
}
