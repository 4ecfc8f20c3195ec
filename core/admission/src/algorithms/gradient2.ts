import type { LimitAlgorithm, Sample } from "../algorithm.ts";
import { believable, clamp, isUsable, type LimitBounds, number, parseBounds } from "./bounds.ts";

export interface Gradient2Options extends LimitBounds {
  /** Share of each step that is taken, above 0 and at most 1. */
  readonly smoothing?: number | undefined;
  /** How many may stand in a queue further on. */
  readonly queue?: number | undefined;
  /** Over how many samples the baseline is the mean. */
  readonly longWindow?: number | undefined;
  /** How many times the baseline is still as good as the baseline. */
  readonly tolerance?: number | undefined;
  /** Slower than that is never a baseline. Left out: whatever lasts becomes one. */
  readonly maxHealthyRttMs?: number | undefined;
}

/**
 * Netflix concurrency-limits, Gradient2Limit: the limit follows the ratio of a long mean of the
 * times to the present one, plus room for a queue. The long mean takes up an overload that lasts,
 * so it drifts upwards then, the faster the more samples there are: put it in windows.
 * Other than there: min is 1, though with the room for a queue only drops take it below twice that;
 * a drop cuts by a tenth and teaches nothing. Calls that all run into one timeout look steady, and
 * it would grow to max on them: tell them as drops, or set `maxHealthyRttMs`.
 *
 * Defaults: initial 20, min 1, max 200, smoothing 0.2, queue 4, longWindow 600, tolerance 1.5.
 */
export function gradient2(options: Gradient2Options = {}): LimitAlgorithm {
  return new Gradient2(options);
}

class Gradient2 implements LimitAlgorithm {
  readonly name = "gradient2";
  readonly #min: number;
  readonly #max: number;
  readonly #smoothing: number;
  readonly #queue: number;
  readonly #longWindow: number;
  readonly #tolerance: number;
  readonly #maxHealthyRttMs: number;
  #limit: number;
  #longMs = 0;
  #warmUp = 0;

  constructor(options: Gradient2Options) {
    const { initial, min, max } = parseBounds(options, { initial: 20, max: 200 });
    this.#limit = initial;
    this.#min = min;
    this.#max = max;
    this.#smoothing = number("smoothing", options.smoothing ?? 0.2, 0.001, 1);
    this.#queue = number("queue", options.queue ?? 4, 0, 1e9);
    this.#longWindow = number("longWindow", options.longWindow ?? 600, 1, 1e9);
    this.#tolerance = number("tolerance", options.tolerance ?? 1.5, 1, 1e3);
    this.#maxHealthyRttMs = number("maxHealthyRttMs", options.maxHealthyRttMs ?? 1e9, 0.001, 1e9);
  }

  get limit(): number {
    return this.#limit;
  }

  onSample(sample: Sample): void {
    if (!isUsable(sample)) return;
    if (sample.outcome === "dropped") {
      this.#limit = clamp(this.#limit * 0.9, this.#min, this.#max);
      return;
    }
    const rttMs = believable(sample.rttMs);
    const longMs = this.#learn(rttMs);
    if (sample.inFlight * 2 < this.#limit) return;
    const gradient = clamp((this.#tolerance * longMs) / rttMs, 0.5, 1);
    const next = this.#limit * gradient + this.#queue;
    const smooth = this.#limit * (1 - this.#smoothing) + next * this.#smoothing;
    this.#limit = clamp(smooth, this.#min, this.#max);
  }

  /** The baseline to hold this sample against; one that is far too slow is let down after that. */
  #learn(rttMs: number): number {
    this.#warmUp = Math.min(this.#warmUp + 1, WARM_UP + 1);
    const share = this.#warmUp <= WARM_UP ? 1 / this.#warmUp : 2 / (this.#longWindow + 1);
    const longMs = this.#longMs + (rttMs - this.#longMs) * share;
    this.#longMs = longMs / rttMs > 2 ? longMs * 0.95 : longMs;
    return Math.min(longMs, this.#maxHealthyRttMs);
  }
}

/** So many samples the baseline is their plain mean. */
const WARM_UP = 10;
