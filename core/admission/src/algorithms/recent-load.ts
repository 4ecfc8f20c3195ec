import type { Sample } from "../algorithm.ts";

const PEAK_SLOT_MS = 30_000;

/** What a window was like. */
export interface Point {
  /** The most. */
  readonly inFlight: number;
  /** When the requests started whose time it is: the two belong together, whatever changes. */
  readonly meanInFlight: number;
  readonly rttMs: number;
}

/** What the last windows were like: throughput by Little's law, and the most in flight. */
export class RecentLoad {
  /** Of the last three windows, requests per ms. */
  readonly #throughputs: number[] = [0, 0, 0];
  #windows = 0;
  #lastInFlight = 0;
  /** The most in flight in this slot, and in the one before. */
  #peak = 0;
  #peakBefore = 0;
  #slotSinceMs = 0;

  /** How many windows went into the throughput. */
  get windows(): number {
    return this.#windows;
  }

  /** The most in flight during the last 30 s at least, 60 at most. */
  get peak(): number {
    return Math.max(this.#peak, this.#peakBefore);
  }

  /** Requests per ms in the middle one of the last three windows: one odd one changes nothing. */
  get throughput(): number {
    const [a = 0, b = 0, c = 0] = this.#throughputs;
    if (this.#windows < 3) return this.#throughputs[Math.max(0, this.#windows - 1)]!;
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  /** False while more and more come: then the most in flight is not what those back have met. */
  isSteady(inFlight: number): boolean {
    return this.#lastInFlight >= inFlight * 0.9;
  }

  /** Before the window is made use of. */
  noteThroughput({ inFlight, meanInFlight, rttMs }: Point): void {
    const met = this.isSteady(inFlight) ? inFlight : meanInFlight;
    this.#throughputs[this.#windows % 3] = met / rttMs;
    this.#windows += 1;
  }

  /** Before the window is made use of, whatever its outcome. */
  notePeak({ inFlight, nowMs }: Sample): void {
    if (nowMs - this.#slotSinceMs > PEAK_SLOT_MS || nowMs < this.#slotSinceMs) {
      this.#slotSinceMs = nowMs;
      this.#peakBefore = this.#peak;
      this.#peak = 0;
    }
    this.#peak = Math.max(this.#peak, inFlight);
  }

  /** After it. */
  noteLast(inFlight: number): void {
    this.#lastInFlight = inFlight;
  }
}
