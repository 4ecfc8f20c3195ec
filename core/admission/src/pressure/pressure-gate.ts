import { badOption } from "../admission-error.ts";
import { number } from "../algorithms/bounds.ts";

/** How hard something of the process is pressed: loop delay, heap, memory, CPU. Read live. */
export interface PressureSignal {
  readonly name: string;
  /** 0 (at rest) to 1 (can do no more). NaN: it could not be measured, which counts as 1. */
  readonly value: number;
  /** By the clock whose time the gate is asked with. */
  readonly sampledAtMs: number;
}

export interface PressureGateOptions {
  readonly signals: readonly PressureSignal[];
  /** From that pressure on some are rejected, 0..1. */
  readonly start: number;
  /** From that on all are, above `start`. */
  readonly saturate: number;
  /** Once some are rejected, it goes on until the pressure is that far below `start`. */
  readonly hysteresis: number;
  readonly staleAfterMs: number;
  /**
   * What an older sample is worth: "ignore" it, or take it as 1. A loop that is blocked cannot
   * sample, but a sampler that died would reject everything for good.
   */
  readonly whenStale: "ignore" | "saturate";
  /** From 0 to below 1. */
  readonly random: () => number;
}

export interface PressureGate {
  /** Whether to reject this request: by chance, as often as `probability` says. */
  rejects(nowMs: number): boolean;
  /** 0..1, of the worst signal. */
  probability(nowMs: number): number;
  /** The signal that pressed hardest, when one last did. */
  readonly worst: string | undefined;
}

/** Rejects by how hard the process is pressed: beside a limiter, never instead of one. */
export function pressureGate(options: PressureGateOptions): PressureGate {
  return new RampGate(options);
}

class RampGate implements PressureGate {
  readonly #signals: readonly PressureSignal[];
  readonly #start: number;
  readonly #saturate: number;
  readonly #release: number;
  readonly #staleAfterMs: number;
  readonly #staleValue: number;
  readonly #random: () => number;
  #isOn: boolean = false;
  #worst: string | undefined;

  constructor(options: PressureGateOptions) {
    const { signals, start, saturate, hysteresis, staleAfterMs, whenStale, random } = options;
    this.#signals = signals;
    this.#start = number("start", start, 0, 1);
    this.#saturate = number("saturate", saturate, start, 1);
    if (saturate === start) throw badOption("saturate", saturate, `more than start ${start}`);
    this.#release = start - number("hysteresis", hysteresis, 0, start);
    this.#staleAfterMs = number("staleAfterMs", staleAfterMs, 0, 1e11);
    this.#staleValue = whenStale === "saturate" ? 1 : 0;
    this.#random = random;
  }

  get worst(): string | undefined {
    return this.#worst;
  }

  rejects(nowMs: number): boolean {
    const probability = this.probability(nowMs);
    return probability > 0 && this.#random() < probability;
  }

  probability(nowMs: number): number {
    const pressure = this.#pressure(nowMs);
    this.#isOn = pressure > (this.#isOn ? this.#release : this.#start);
    if (!this.#isOn) return 0;
    // The ramp begins where it ends: with less pressure the share falls to 0 without a step.
    const share = (pressure - this.#release) / (this.#saturate - this.#release);
    return Math.min(1, share);
  }

  #pressure(nowMs: number): number {
    let worst = 0;
    for (const signal of this.#signals) {
      const pressure = this.#worth(signal, nowMs);
      if (pressure <= worst) continue;
      worst = pressure;
      this.#worst = signal.name;
    }
    return worst;
  }

  #worth({ value, sampledAtMs }: PressureSignal, nowMs: number): number {
    // Also when either is NaN. A sample of the future is of a clock that jumped back: good.
    if (!(nowMs - sampledAtMs <= this.#staleAfterMs)) return this.#staleValue;
    return value >= 0 ? Math.min(1, value) : value < 0 ? 0 : 1;
  }
}
