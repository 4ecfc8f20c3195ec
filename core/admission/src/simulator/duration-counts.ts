/** Neighbouring buckets are half a per cent apart, so that a percentile is right to a quarter. */
const GROWTH = Math.log(1.005);
const SMALLEST_MS = 1e-3;
/** Beyond an hour it does not matter how long. */
const BUCKETS: number = Math.ceil(Math.log(3.6e6 / SMALLEST_MS) / GROWTH) + 1;

/** Durations counted in buckets: as many as there may be, they take 35 KB. The mean is exact. */
export class DurationCounts {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sumMs = 0;

  get count(): number {
    return this.#count;
  }

  add(ms: number): void {
    const bucket = Math.ceil(Math.log(ms / SMALLEST_MS) / GROWTH);
    this.#counts[Math.min(BUCKETS - 1, Math.max(0, bucket))]! += 1;
    this.#count += 1;
    this.#sumMs += ms;
  }

  /** NaN when there are none. */
  meanMs(): number {
    return this.#sumMs / this.#count;
  }

  /** The duration that `share` (0 to 1) of them do not exceed; NaN when there are none. */
  quantileMs(share: number): number {
    if (this.#count === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      seen += this.#counts[bucket]!;
      if (seen >= rank) return SMALLEST_MS * Math.exp((bucket - 0.5) * GROWTH);
    }
    return Number.NaN;
  }
}
