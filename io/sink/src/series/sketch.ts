/** What a sketch holds, for JSON. */
export interface SketchSnapshot {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Bucket, count, bucket, count, … */
  readonly buckets: readonly number[];
}

/**
 * The distribution of one series' values: the buckets of core's Histogram (0.2 % wide), but only
 * those with something in them, since there may be a hundred thousand series: some 40 bytes a
 * bucket, where the Histogram of a whole metric starts at 36 kB.
 */
export class Sketch {
  count = 0;
  sum = 0;
  min: number = Infinity;
  max: number = -Infinity;
  readonly #buckets = new Map<number, number>();

  add(given: number): void {
    const value = given + 0; // -0 becomes 0
    scratch[0] = value;
    const bucket = scratchBits[1]! >>> 11;
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.count += 1;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  merge({ count, sum, min, max, buckets }: SketchSnapshot): void {
    for (let at = 0; at < buckets.length; at += 2) {
      const bucket = buckets[at]!;
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + buckets[at + 1]!);
    }
    this.count += count;
    this.sum += sum;
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
  }

  snapshot(): SketchSnapshot {
    const { count, sum, min, max } = this;
    return { count, sum, min, max, buckets: [...this.#buckets].flat() };
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  /** Linear between the order statistics around index share·(n−1), as k6 has it; 0 when empty. */
  quantile(share: number): number {
    if (this.count === 0) return 0;
    const index = Math.min(Math.max(share, 0), 1) * (this.count - 1);
    const below = this.#orderStatistic(Math.floor(index));
    if (Number.isInteger(index)) return below;
    return below + (this.#orderStatistic(Math.ceil(index)) - below) * (index % 1);
  }

  /**
   * Each bucket's count and the end of it that is nearer to zero, by rising value. That end, and
   * not the middle, since whole numbers and powers of two lie on it: so they are counted on the
   * right side of a limit like "up to 5".
   */
  eachBucket(visit: (edge: number, count: number) => void): void {
    for (const [bucket, count] of this.#sorted()) visit(toValue(bucket, 0), count);
  }

  #orderStatistic(rank: number): number {
    if (rank <= 0) return this.min;
    if (rank >= this.count - 1) return this.max;
    let seen = 0;
    for (const [bucket, count] of this.#sorted()) {
      seen += count;
      if (seen > rank) return Math.min(Math.max(toValue(bucket, 0x400), this.min), this.max);
    }
    return this.max;
  }

  #sorted(): [number, number][] {
    return [...this.#buckets].sort(([a], [b]) => place(a) - place(b));
  }
}

/** One double and its halves; the high one is second, as in core's Histogram. */
const scratch: Float64Array = new Float64Array(1);
const scratchBits: Uint32Array = new Uint32Array(scratch.buffer);

const SIGN = 1 << 20;

/** Where a bucket stands by rising value: the larger a negative bucket, the lower its values. */
const place = (bucket: number) => (bucket >= SIGN ? SIGN - 1 - bucket : bucket);

/** The double that begins with the bucket's bits and goes on with `rest`; zero's bucket is zero. */
function toValue(bucket: number, rest: number): number {
  if ((bucket & (SIGN - 1)) === 0) return 0;
  scratch[0] = 0;
  scratchBits[1] = (bucket << 11) | rest;
  return scratch[0];
}
