import type { LimitAlgorithm, Sample } from "../algorithm.ts";
import { believable, clamp, isUsable, type LimitBounds, number, parseBounds } from "./bounds.ts";

export interface VegasOptions extends LimitBounds {
  /** Share of each step that is taken, above 0 and at most 1. */
  readonly smoothing?: number | undefined;
  /** After about so many times the limit samples, the baseline is taken anew. */
  readonly probeMultiplier?: number | undefined;
  /** From 0 to below 1: spreads the probes. Left out: half way, always. */
  readonly random?: (() => number) | undefined;
}

/**
 * TCP Vegas for requests (Netflix concurrency-limits, VegasLimit): from the fastest time seen it
 * reckons how many of the limit stand in a queue, and keeps that between 3 and 6 times lg(limit).
 * Put it in windows: a single lucky sample becomes the baseline, and with latencies of several
 * kinds the fastest says nothing about the rest. A probe under overload raises the baseline.
 * Other than there: a drop is never a baseline, however fast it came.
 *
 * Defaults: initial 20, min 1, max 1000, smoothing 1, probeMultiplier 30.
 */
export function vegas(options: VegasOptions = {}): LimitAlgorithm {
  return new Vegas(options);
}

class Vegas implements LimitAlgorithm {
  readonly name = "vegas";
  readonly #min: number;
  readonly #max: number;
  readonly #smoothing: number;
  readonly #probeMultiplier: number;
  readonly #random: () => number;
  #limit: number;
  /** 0: none yet. */
  #baselineMs = 0;
  #sinceProbe = 0;
  #jitter: number;

  constructor(options: VegasOptions) {
    const { initial, min, max } = parseBounds(options, { initial: 20, max: 1000 });
    this.#limit = initial;
    this.#min = min;
    this.#max = max;
    this.#smoothing = number("smoothing", options.smoothing ?? 1, 0.001, 1);
    this.#probeMultiplier = number("probeMultiplier", options.probeMultiplier ?? 30, 1, 1e9);
    this.#random = options.random ?? (() => 0.5);
    this.#jitter = this.#drawJitter();
  }

  get limit(): number {
    return this.#limit;
  }

  onSample(sample: Sample): void {
    if (!isUsable(sample)) return;
    const rttMs = believable(sample.rttMs);
    const lg = Math.max(1, Math.floor(Math.log10(this.#limit)));
    this.#sinceProbe += 1;
    if (sample.outcome === "dropped") {
      this.#to(this.#limit - lg);
    } else if (this.#sinceProbe >= this.#jitter * this.#probeMultiplier * this.#limit) {
      this.#jitter = this.#drawJitter();
      this.#sinceProbe = 0;
      this.#baselineMs = rttMs;
    } else if (this.#baselineMs === 0 || rttMs < this.#baselineMs) {
      this.#baselineMs = rttMs;
    } else if (sample.inFlight * 2 >= this.#limit) {
      const queued = Math.ceil(this.#limit * (1 - this.#baselineMs / rttMs));
      if (queued <= lg) this.#to(this.#limit + 6 * lg);
      else if (queued < 3 * lg) this.#to(this.#limit + lg);
      else if (queued > 6 * lg) this.#to(this.#limit - lg);
    }
  }

  #to(limit: number): void {
    const within = clamp(limit, this.#min, this.#max);
    this.#limit += (within - this.#limit) * this.#smoothing;
  }

  #drawJitter(): number {
    return 0.5 + this.#random() / 2;
  }
}
