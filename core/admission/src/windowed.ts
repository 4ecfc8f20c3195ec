import type { LimitAlgorithm, Sample } from "./algorithm.ts";
import { isUsable, number } from "./algorithms/bounds.ts";

export interface WindowOptions {
  /** A window has so many samples, unless it has lasted `maxWindowMs`; then any number will do. */
  readonly minSamples?: number | undefined;
  /** A window lasts so long at least, from its first sample; a quarter if times rise by half. */
  readonly minWindowMs?: number | undefined;
  readonly maxWindowMs?: number | undefined;
  /** What stands for all times of a window: their mean, or a percentile above 0, up to 100. */
  readonly percentile?: number | "mean" | undefined;
  /** A window is dropped when more than that share of it is; 0: when any is. */
  readonly dropTolerance?: number | undefined;
}

/**
 * Tells the algorithm about windows instead of single requests, which matters more than its
 * formula: no single time, fast or slow, then moves the limit. A window becomes one sample: how
 * many there were, the most that were in flight and their mean, and the mean (or a percentile,
 * within 1 %) of the times of those that were not dropped, since a refusal is quick and a timeout
 * says its own length; when all were, of theirs. Little's law gives the throughput: in flight over
 * rtt.
 *
 * Defaults: minSamples 50, minWindowMs 250, maxWindowMs 5000, "mean", dropTolerance 0.
 * Memory: 8 kB with a percentile, else nothing to speak of. Per sample it allocates nothing and
 * should take under 60 ns.
 */
export function windowed(inner: LimitAlgorithm, options: WindowOptions = {}): LimitAlgorithm {
  return new Windowed(inner, options);
}

/** So many times the mean of the window before it, and it may end after that part of its time. */
const SUDDEN = { times: 1.5, part: 0.25 };

class Windowed implements LimitAlgorithm {
  readonly name: string;
  readonly #inner: LimitAlgorithm;
  readonly #minSamples: number;
  readonly #minWindowMs: number;
  readonly #maxWindowMs: number;
  readonly #dropTolerance: number;
  /** In here twice: times of what was dropped, and of the rest. */
  readonly #served: Times;
  readonly #dropped: Times;
  #startedMs = 0;
  #maxInFlight = 0;
  #inFlightSum = 0;
  #rttSum = 0;
  /** A mean above that ends the window early. */
  #suddenMs = Number.POSITIVE_INFINITY;

  constructor(inner: LimitAlgorithm, options: WindowOptions) {
    this.name = inner.name;
    this.#inner = inner;
    this.#minSamples = number("minSamples", options.minSamples ?? 50, 1, 1e9);
    this.#minWindowMs = number("minWindowMs", options.minWindowMs ?? 250, 0, 1e9);
    const maxWindowMs = options.maxWindowMs ?? Math.max(5000, this.#minWindowMs);
    this.#maxWindowMs = number("maxWindowMs", maxWindowMs, this.#minWindowMs, 1e9);
    this.#dropTolerance = number("dropTolerance", options.dropTolerance ?? 0, 0, 1);
    this.#served = times(options.percentile ?? "mean");
    this.#dropped = times("mean");
  }

  get limit(): number {
    return this.#inner.limit;
  }

  onSample(sample: Sample): void {
    if (!isUsable(sample)) return;
    const { rttMs, inFlight, outcome, nowMs } = sample;
    if (outcome === "dropped") this.#dropped.add(rttMs);
    else this.#served.add(rttMs);
    this.#inFlightSum += inFlight;
    this.#rttSum += rttMs;
    if (inFlight > this.#maxInFlight) this.#maxInFlight = inFlight;
    const count = this.#served.count + this.#dropped.count;
    // At the first of a window, or when the clock jumped back.
    if (count === 1 || nowMs < this.#startedMs) this.#startedMs = nowMs;
    const lastedMs = nowMs - this.#startedMs;
    if (count >= this.#minSamples) {
      const isSudden = this.#rttSum > count * this.#suddenMs;
      const leastMs = isSudden ? this.#minWindowMs * SUDDEN.part : this.#minWindowMs;
      if (lastedMs >= leastMs) this.#tell(nowMs, count);
    } else if (lastedMs >= this.#maxWindowMs) this.#tell(nowMs, count);
  }

  #tell(nowMs: number, count: number): void {
    const rttMs = this.#served.count > 0 ? this.#served.take() : this.#dropped.take();
    const isDropped = this.#dropped.count > this.#dropTolerance * count;
    const inFlight = this.#maxInFlight;
    const meanInFlight = this.#inFlightSum / count;
    this.#served.reset();
    this.#dropped.reset();
    this.#maxInFlight = 0;
    this.#inFlightSum = 0;
    this.#suddenMs = (this.#rttSum / count) * SUDDEN.times;
    this.#rttSum = 0;
    const outcome = isDropped ? "dropped" : "success";
    this.#inner.onSample({ rttMs, inFlight, meanInFlight, outcome, nowMs, count });
  }
}

/** What is kept of the times in a window. */
interface Times {
  readonly count: number;
  add(rttMs: number): void;
  /** Of at least one. */
  take(): number;
  reset(): void;
}

function times(percentile: number | "mean"): Times {
  if (percentile === "mean") return new MeanTimes();
  return new RankedTimes(number("percentile", percentile, 0.001, 100) / 100);
}

class MeanTimes implements Times {
  count = 0;
  #sum = 0;

  add(rttMs: number): void {
    this.count += 1;
    this.#sum += rttMs;
  }

  take(): number {
    return this.#sum / this.count;
  }

  reset(): void {
    this.count = 0;
    this.#sum = 0;
  }
}

/**
 * Counts by the exponent and the top six bits of the mantissa of the double, so a bucket is 1/64 of
 * its octave wide: from 1 µs to 12 days, and what is beyond counts as that.
 */
class RankedTimes implements Times {
  count = 0;
  readonly #share: number;
  readonly #buckets = new Uint32Array(BUCKETS);

  constructor(share: number) {
    this.#share = share;
  }

  add(rttMs: number): void {
    this.count += 1;
    double[0] = rttMs;
    const bucket = (words[HIGH]! >>> 14) - LOWEST;
    const within = bucket < 0 ? 0 : bucket >= BUCKETS ? BUCKETS - 1 : bucket;
    this.#buckets[within]! += 1;
  }

  take(): number {
    let left = Math.max(1, Math.ceil(this.#share * this.count));
    let bucket = -1;
    while (left > 0) {
      bucket += 1;
      left -= this.#buckets[bucket]!;
    }
    words[HIGH] = (bucket + LOWEST) << 14;
    words[1 - HIGH] = 0;
    return double[0]! * (1 + 1 / 128);
  }

  reset(): void {
    this.count = 0;
    this.#buckets.fill(0);
  }
}

const double = new Float64Array([1]);
const words = new Uint32Array(double.buffer);
/** Which half of a double holds its exponent: depends on the machine. */
const HIGH = words[1] === 0 ? 0 : 1;
/** 2 ** -10 ms, as exponent and six bits. */
const LOWEST = (1023 - 10) << 6;
const BUCKETS = 40 << 6;
