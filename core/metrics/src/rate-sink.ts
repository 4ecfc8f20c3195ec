export interface RateSnapshot {
  readonly type: "rate";
  readonly passes: number;
  readonly total: number;
}

/** Counts how many of its values are not zero. */
export class RateSink {
  readonly type = "rate";
  #passes = 0;
  #total = 0;

  add(value: number, _timeMs: number): void {
    this.#total += 1;
    if (value !== 0) this.#passes += 1;
  }

  get isEmpty(): boolean {
    return this.#total === 0;
  }

  get passes(): number {
    return this.#passes;
  }

  get total(): number {
    return this.#total;
  }

  /** From 0 to 1; 0 when empty. */
  get share(): number {
    return this.#total === 0 ? 0 : this.#passes / this.#total;
  }

  snapshot(): RateSnapshot {
    return { type: "rate", passes: this.#passes, total: this.#total };
  }

  merge({ passes, total }: RateSnapshot): void {
    this.#passes += passes;
    this.#total += total;
  }

  reset(): void {
    this.#passes = 0;
    this.#total = 0;
  }
}
