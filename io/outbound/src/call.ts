import type { CancelTimer, Clock } from "@breakwater/clock";
import { OutboundError } from "./outbound-error.ts";

/**
 * The time of one call, all its attempts and the body of the response: over when its time is, or
 * when whoever asked has gone. Holds a timer and a listener until end().
 */
export class Call {
  readonly dueMs: number;
  readonly #controller = new AbortController();
  readonly #cancel: CancelTimer;
  readonly #asked: AbortSignal | undefined;

  constructor(clock: Clock, totalTimeoutMs: number, asked: AbortSignal | undefined, what: string) {
    this.dueMs = clock.nowMs() + totalTimeoutMs;
    this.#asked = asked;
    this.#cancel = clock.at(this.dueMs, () => {
      const message = `Cannot ${what} in ${totalTimeoutMs} ms: what was tried took longer`;
      this.#controller.abort(new OutboundError("deadline", message));
    });
    if (asked?.aborted) this.#onAbort();
    else asked?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Aborted with an OutboundError. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Undefined while it is not over. */
  get error(): OutboundError | undefined {
    return this.signal.aborted ? (this.signal.reason as OutboundError) : undefined;
  }

  end(): void {
    this.#cancel();
    this.#asked?.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => {
    const cause = this.#asked?.reason;
    const message = "Cannot go on with the call: whoever asked has gone";
    this.#controller.abort(new OutboundError("aborted", message, { cause }));
  };
}

/** Until then, or until the signal is aborted. */
export function pauseUntil(clock: Clock, dueMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.at(dueMs, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    const onAbort = () => {
      cancel();
      resolve();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
