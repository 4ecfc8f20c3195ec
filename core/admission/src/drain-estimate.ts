/** How often the mean is taken anew. */
const WINDOW_MS = 1000;

/**
 * How long a line takes to drain, by Little's law: with every slot in use, limit ÷ mean time go by
 * per ms. The mean is that of the last whole second, so that the same answer holds for a while.
 */
export class DrainEstimate {
  #meanMs = 0;
  #sumMs = 0;
  #count = 0;
  #endsMs: number;

  constructor(nowMs: number) {
    this.#endsMs = nowMs + WINDOW_MS;
  }

  onRelease(rttMs: number, nowMs: number): void {
    this.#sumMs += rttMs;
    this.#count += 1;
    if (nowMs < this.#endsMs) return;
    this.#meanMs = this.#sumMs / this.#count;
    this.#sumMs = 0;
    this.#count = 0;
    this.#endsMs = nowMs + WINDOW_MS;
  }

  /** Until so many have had their turn, in whole ms; 0: nobody knows yet. */
  turnsMs(turns: number, limit: number): number {
    return Math.ceil((turns * this.#meanMs) / limit);
  }
}
