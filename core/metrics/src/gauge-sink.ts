export interface GaugeSnapshot {
  readonly type: "gauge";
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** When `value` was set, on the run's clock: the later of two wins. */
  readonly timeMs: number;
}

/** Keeps the last value, the lowest and the highest; all 0 before the first. */
export class GaugeSink {
  readonly type = "gauge";
  #value = 0;
  #min = Infinity;
  #max = -Infinity;
  #timeMs = -Infinity;

  add(value: number, timeMs: number): void {
    this.#value = value;
    this.#timeMs = timeMs;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  get isEmpty(): boolean {
    return this.#max === -Infinity;
  }

  get value(): number {
    return this.#value;
  }

  get min(): number {
    return this.isEmpty ? 0 : this.#min;
  }

  get max(): number {
    return this.isEmpty ? 0 : this.#max;
  }

  snapshot(): GaugeSnapshot {
    const timeMs = this.isEmpty ? 0 : this.#timeMs;
    return { type: "gauge", value: this.#value, min: this.min, max: this.max, timeMs };
  }

  merge({ value, min, max, timeMs }: GaugeSnapshot): void {
    if (timeMs >= this.#timeMs) {
      this.#value = value;
      this.#timeMs = timeMs;
    }
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
  }

  reset(): void {
    this.#value = 0;
    this.#min = Infinity;
    this.#max = -Infinity;
    this.#timeMs = -Infinity;
  }
}
