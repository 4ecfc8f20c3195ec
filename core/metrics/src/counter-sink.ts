export interface CounterSnapshot {
  readonly type: "counter";
  readonly total: number;
}

/** Adds up. */
export class CounterSink {
  readonly type = "counter";
  #total = 0;
  #isEmpty = true;

  add(value: number, _timeMs: number): void {
    this.#total += value;
    this.#isEmpty = false;
  }

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  get total(): number {
    return this.#total;
  }

  /** Per second. */
  rate(elapsedMs: number): number {
    return elapsedMs > 0 ? this.#total / (elapsedMs / 1000) : 0;
  }

  snapshot(): CounterSnapshot {
    return { type: "counter", total: this.#total };
  }

  merge({ total }: CounterSnapshot): void {
    this.#total += total;
    this.#isEmpty = false;
  }

  reset(): void {
    this.#total = 0;
    this.#isEmpty = true;
  }
}
