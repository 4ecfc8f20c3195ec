import type { AbortSignalLike } from "@breakwater/admission";
import type { Call } from "../call.ts";

/**
 * Aborted when the call ends, as its client has gone or its time is over: it leaves the queue. It
 * costs next to nothing for a call that need not wait.
 */
export class CallGone implements AbortSignalLike {
  aborted: boolean = false;
  readonly #call: Call;
  #listener: (() => void) | undefined;

  constructor(call: Call) {
    this.#call = call;
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listener = listener;
    this.#call.onEnd(() => {
      this.aborted = true;
      this.#listener?.();
    });
  }

  removeEventListener(): void {
    this.#listener = undefined;
  }
}
