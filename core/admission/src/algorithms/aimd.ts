import type { LimitAlgorithm, Sample } from "../algorithm.ts";
import { clamp, isUsable, type LimitBounds, number, parseBounds } from "./bounds.ts";

export interface AimdOptions extends LimitBounds {
  /** What the limit is multiplied by at a drop, below 1. */
  readonly backoff?: number | undefined;
  /** An answer later than that counts as dropped. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Additive increase, multiplicative decrease (Netflix concurrency-limits, AIMDLimit): one more when
 * half of the limit was used, a tenth less at a drop or an answer that is too late. It knows only
 * that sign, so without drops or a timeout close to what is normal it rises to max and stays.
 * Other than there: min is 1, and the samples that were under way at a cut do not cut again, which
 * drove it to the floor.
 *
 * Defaults: initial 20, min 1, max 200, backoff 0.9, timeoutMs 5000.
 */
export function aimd(options: AimdOptions = {}): LimitAlgorithm {
  return new Aimd(options);
}

class Aimd implements LimitAlgorithm {
  readonly name = "aimd";
  readonly #min: number;
  readonly #max: number;
  readonly #backoff: number;
  readonly #timeoutMs: number;
  #limit: number;
  #cutMs = -Infinity;

  constructor(options: AimdOptions) {
    const { initial, min, max } = parseBounds(options, { initial: 20, max: 200 });
    this.#limit = initial;
    this.#min = min;
    this.#max = max;
    this.#backoff = number("backoff", options.backoff ?? 0.9, 0.1, 0.999);
    this.#timeoutMs = number("timeoutMs", options.timeoutMs ?? 5000, 0.001, 1e9);
  }

  get limit(): number {
    return this.#limit;
  }

  onSample(sample: Sample): void {
    if (!isUsable(sample)) return;
    const { rttMs, inFlight, outcome, nowMs } = sample;
    if (outcome === "dropped" || rttMs > this.#timeoutMs) this.#cut(nowMs, nowMs - rttMs);
    else if (inFlight * 2 >= this.#limit) this.#to(this.#limit + 1);
  }

  #cut(nowMs: number, startedMs: number): void {
    // A clock that jumped back must not forbid cuts until it has caught up.
    if (startedMs < this.#cutMs && nowMs >= this.#cutMs) return;
    this.#cutMs = nowMs;
    this.#to(Math.floor(this.#limit * this.#backoff));
  }

  #to(limit: number): void {
    this.#limit = clamp(limit, this.#min, this.#max);
  }
}
