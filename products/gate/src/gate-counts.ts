import type { LimiterEvent, RejectionReason } from "@breakwater/admission";
import { BucketCounts, durationBuckets, type RateOutcome } from "@breakwater/service";
import type { ForwardFailure, ForwardResult } from "@breakwater/upstream";

/** So many requests were not admitted, or would not have been. */
export interface ShedCount {
  readonly reason: RejectionReason;
  /** 0 where there are no priorities. */
  readonly priority: number;
  /** False: it was only observed, and admitted all the same. */
  readonly enforced: boolean;
  readonly count: number;
}

/** What the gate has counted since it began, beside what every service counts. */
export class GateCounts {
  readonly #shed: Map<string, ShedCount> = new Map();
  readonly #failures: Map<ForwardFailure, number> = new Map();
  readonly upstreamSeconds: BucketCounts = new BucketCounts(durationBuckets);
  #answered = 0;
  #aborted = 0;
  #down = 0;
  #limited = 0;
  #retried = 0;

  get shed(): readonly ShedCount[] {
    return [...this.#shed.values()];
  }

  /** By how they failed. */
  get failures(): Readonly<Partial<Record<ForwardFailure, number>>> {
    return Object.fromEntries(this.#failures);
  }

  /** By the upstream, with whatever status. */
  get answered(): number {
    return this.#answered;
  }

  /** Clients that went away before their answer was complete. */
  get aborted(): number {
    return this.#aborted;
  }

  /** Refused because the upstream is known to be down. */
  get down(): number {
    return this.#down;
  }

  /** Told 429, as their clients had asked too often. */
  get limited(): number {
    return this.#limited;
  }

  /** Sent to another address, as the first took no connection. */
  get retried(): number {
    return this.#retried;
  }

  /** Hot path: what is admitted and released, the limiter counts itself. */
  readonly onLimiterEvent = (event: LimiterEvent): void => {
    if (event.type !== "rejected") return;
    const { rejection, priority, enforced } = event;
    const { reason } = rejection;
    if (reason === "aborted") return;
    const key = `${reason} ${priority} ${enforced}`;
    const count = (this.#shed.get(key)?.count ?? 0) + 1;
    this.#shed.set(key, { reason, priority, enforced, count });
  };

  readonly onRated = (outcome: RateOutcome): void => {
    if (outcome === "limited") this.#limited += 1;
  };

  onResult(result: ForwardResult): void {
    if (result.kind === "aborted") this.#aborted += 1;
    else if (result.kind === "failed") {
      const { failure } = result;
      this.#failures.set(failure, (this.#failures.get(failure) ?? 0) + 1);
    } else {
      this.#answered += 1;
      this.upstreamSeconds.add(result.ttfbMs / 1000);
    }
  }

  onRetried(): void {
    this.#retried += 1;
  }

  onDown(): void {
    this.#down += 1;
  }
}
