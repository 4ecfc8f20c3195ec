import type { RetryOptions } from "../s3-options.ts";

/**
 * How much all calls together may try again, as the retry quota of Amazon's SDKs: a store in
 * trouble must not get a multiple of its load from those that wait for it.
 */
export class RetryBudget {
  readonly #share: number;
  readonly #reserve: number;
  #tokens: number;

  constructor({ budgetShare, budgetReserve }: RetryOptions) {
    this.#share = budgetShare;
    this.#reserve = budgetReserve;
    this.#tokens = budgetReserve;
  }

  onCall(): void {
    this.#tokens = Math.min(this.#reserve + this.#share, this.#tokens + this.#share);
  }

  tryTake(): boolean {
    // Tenths do not add up to 1.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens -= 1;
    return true;
  }
}

/**
 * Exponential with full jitter:
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelayMs(
  { baseDelayMs, maxDelayMs }: RetryOptions,
  { attempt, retryAfterMs, random }: RetryMoment,
): number {
  const most = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
  return Math.max(random() * most, Math.min(retryAfterMs ?? 0, maxDelayMs));
}

export interface RetryMoment {
  /** That which failed: 1 for the first. */
  readonly attempt: number;
  /** What the store asks for. */
  readonly retryAfterMs: number | undefined;
  readonly random: () => number;
}

/** RFC 9110 10.2.3: seconds or a date. */
export function tryRetryAfterMs(header: string | undefined, epochMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - epochMs);
}
