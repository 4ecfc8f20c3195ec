import type { AcquireOptions, Limiter, LimiterSnapshot, RequestContext } from "../../limiter.ts";
import type { Outcome, Permit } from "../../permit.ts";
import type { Rejection, RejectionReason } from "../../rejection.ts";

/** The simplest limiter there is, to try the simulator itself: so many at a time, then a line. */
export class Semaphore implements Limiter {
  readonly name = "semaphore";
  #limit: number;
  readonly #maxQueued: number;
  readonly #line: ((answer: Permit | Rejection) => void)[] = [];
  readonly #released: Record<string, number> = {};
  #inFlight = 0;
  #refusal: RejectionReason = "limit";

  constructor({ limit, maxQueued }: { readonly limit: number; readonly maxQueued: number }) {
    this.#limit = limit;
    this.#maxQueued = maxQueued;
  }

  tryAcquire(): Permit | Rejection {
    return this.#inFlight < this.#limit ? this.#permit() : this.#rejection(this.#refusal);
  }

  acquire(
    _context?: RequestContext,
    options?: AcquireOptions,
  ): Permit | Rejection | Promise<Permit | Rejection> {
    const answer = this.tryAcquire();
    if (answer.admitted || this.#limit === 0 || this.#maxQueued === 0) return answer;
    if (this.#line.length === this.#maxQueued) return this.#rejection("queue_full");
    return new Promise((resolve) => {
      this.#line.push(resolve);
      options?.signal?.addEventListener("abort", () => {
        const place = this.#line.indexOf(resolve);
        if (place !== -1) this.#line.splice(place, 1);
        resolve(this.#rejection("aborted"));
      });
    });
  }

  snapshot(): LimiterSnapshot {
    return {
      ...{ name: this.name, limit: this.#limit, inFlight: this.#inFlight },
      ...{ queued: this.#line.length, algorithm: "semaphore", admitted: 0, rejected: {} },
      ...{ released: { ...this.#released }, doubleReleases: 0, partitions: {}, mode: "enforce" },
    };
  }

  close(): void {
    this.#limit = 0;
    this.#refusal = "draining";
    for (const resolve of this.#line.splice(0)) resolve(this.#rejection("draining"));
  }

  #permit(): Permit {
    this.#inFlight += 1;
    const release = (outcome: Outcome) => {
      this.#released[outcome] = (this.#released[outcome] ?? 0) + 1;
      this.#inFlight -= 1;
      const next = this.#line.shift();
      if (next !== undefined) next(this.#permit());
    };
    return {
      ...{ admitted: true, partition: undefined, waitedMs: 0, release },
      [Symbol.dispose]: () => release("ignored"),
    };
  }

  #rejection(reason: RejectionReason): Rejection {
    return { admitted: false, reason, retryAfterMs: 0, limiter: this.name, partition: undefined };
  }
}
