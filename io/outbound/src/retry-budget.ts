import type { Clock } from "@breakwater/clock";
import { badOption } from "./outbound-error.ts";
import { RecentCounts } from "./recent-counts.ts";

export interface RetryBudgetOptions {
  /** Retries per request: 0.1 adds a tenth to the load when everything fails. */
  readonly share: number;
  /** So many more, so that a service that is called seldom is retried at all. */
  readonly minPerSecond: number;
  /** Over which both are counted. */
  readonly windowMs: number;
}

/**
 * How many retries there may be, by what was asked lately (Finagle's RetryBudget; Google's SRE
 * book, chapter 21). In any window, retries ≤ share × requests + minPerSecond × window.
 */
export class RetryBudget {
  readonly #share: number;
  readonly #minimum: number;
  readonly #clock: Clock;
  /** One: requests; other: retries. */
  readonly #counts: RecentCounts;

  constructor({ share, minPerSecond, windowMs }: RetryBudgetOptions, clock: Clock) {
    if (!(share >= 0 && share <= 1)) throw badOption("budget.share", share, "a number from 0 to 1");
    if (!(minPerSecond >= 0 && minPerSecond <= 1e6)) {
      throw badOption("budget.minPerSecond", minPerSecond, "a number from 0 to 1,000,000");
    }
    if (!(windowMs >= 10 && windowMs <= 3_600_000)) {
      throw badOption("budget.windowMs", windowMs, "a number of ms from 10 to 3,600,000");
    }
    this.#share = share;
    this.#minimum = (minPerSecond * windowMs) / 1000;
    this.#clock = clock;
    this.#counts = new RecentCounts(windowMs);
  }

  onRequest(): void {
    this.#counts.add(this.#clock.nowMs(), { one: 1 });
  }

  tryRetry(): boolean {
    if (this.left() < 1) return false;
    this.#counts.add(this.#clock.nowMs(), { other: 1 });
    return true;
  }

  /** How many retries there could be now; with a fraction. */
  left(): number {
    const { one: requests, other: retries } = this.#counts.sums(this.#clock.nowMs());
    // 0.1 × 30 is 3.0000000000000004, and 0.3 × 10 might as well be a bit less than 3.
    return Math.max(0, this.#share * requests + this.#minimum - retries + 1e-9);
  }
}
