import { AdmissionError, type Clock, type PressureSignal } from "@breakwater/admission";
import { LoopDelay } from "./loop-delay.ts";
import { type ProcessMeter, thisProcess } from "./process-meter.ts";

export interface ProcessPressureOptions {
  /** The one whose time the pressure gate is asked with. */
  readonly clock: Clock;
  /** How often all is measured anew, from 10. */
  readonly intervalMs: number;
  /** The delay of the event loop that counts as 1. */
  readonly loopDelayFullMs: number;
  /**
   * The cores' worth of CPU time that counts as 1. Left out: all that the machine and its control
   * groups allow. JavaScript on one thread is full at about 1.
   */
  readonly cores?: number | undefined;
}

/** What the last interval came to, in units of its own. */
export interface PressureReadings {
  /** How late a timer was, on average over the interval's time. */
  readonly loopDelayMs: number;
  readonly loopDelayMaxMs: number;
  /** Undefined where the runtime has no limit of its own for the heap: Bun. */
  readonly heap: { readonly usedBytes: number; readonly limitBytes: number } | undefined;
  readonly rssBytes: number;
  /** Of the control groups, or all of the machine's. */
  readonly memoryLimitBytes: number;
  /** CPU time ÷ time: 1.5 is one core and a half. */
  readonly cpuCores: number;
  readonly cores: number;
}

export interface ProcessPressure extends Disposable {
  /** "loop_delay", "memory", "cpu" and, in Node and Deno, "heap"; they change in place. */
  readonly signals: readonly PressureSignal[];
  readings(): PressureReadings;
  /** The signals keep what they said last, and grow stale. Again is harmless. */
  stop(): void;
}

/**
 * Measures this process until it is stopped: whoever asks for it owns its timers, which keep the
 * process alive unless the clock's do not. Throws AdmissionError ("bad_option").
 */
export function processPressure(
  options: ProcessPressureOptions,
  meter: ProcessMeter = thisProcess(),
): ProcessPressure {
  const { intervalMs, loopDelayFullMs, cores = meter.cores } = options;
  check("intervalMs", intervalMs, { atLeast: 10, fit: "a number of ms from 10 to 1e9" });
  check("loopDelayFullMs", loopDelayFullMs, { atLeast: 1, fit: "a number of ms from 1 to 1e9" });
  check("cores", cores, { atLeast: 0.001, fit: "a number from 0.001 to 1e9" });
  return new Sampler({ ...options, cores }, meter);
}

interface Bounds {
  readonly atLeast: number;
  readonly fit: string;
}

function check(name: string, value: number, { atLeast, fit }: Bounds): void {
  if (value >= atLeast && value <= 1e9) return;
  throw new AdmissionError("bad_option", `Cannot use ${name} ${value}: it takes ${fit}`);
}

interface Gauge {
  readonly name: string;
  value: number;
  sampledAtMs: number;
}

/**
 * Read live: while the loop is stuck, nothing is sampled, and that is when it counts. Whoever is
 * asked for within a long turn sees how late the timers are by then.
 */
class DelayGauge implements Gauge {
  readonly name: string = "loop_delay";
  readonly #delay: LoopDelay;
  readonly #clock: Clock;
  readonly #fullMs: number;
  #value = 0;
  #sampledAtMs: number;

  constructor(delay: LoopDelay, { clock, loopDelayFullMs }: ProcessPressureOptions) {
    this.#delay = delay;
    this.#clock = clock;
    this.#fullMs = loopDelayFullMs;
    this.#sampledAtMs = clock.nowMs();
  }

  get value(): number {
    return Math.max(this.#value, Math.min(1, this.#delay.overdueMs() / this.#fullMs));
  }

  set value(value: number) {
    this.#value = value;
  }

  get sampledAtMs(): number {
    return this.#delay.overdueMs() > 0 ? this.#clock.nowMs() : this.#sampledAtMs;
  }

  set sampledAtMs(sampledAtMs: number) {
    this.#sampledAtMs = sampledAtMs;
  }
}

class Sampler implements ProcessPressure {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #fullMs: number;
  readonly #meter: ProcessMeter;
  readonly #delay: LoopDelay;
  readonly #gauges: Readonly<Record<"delay" | "memory" | "cpu" | "heap", Gauge>>;
  readonly signals: readonly PressureSignal[];
  #readings: PressureReadings;
  #sampledMs: number;
  #cpuMs: number;
  #cancel: () => void;

  constructor(options: ProcessPressureOptions & { readonly cores: number }, meter: ProcessMeter) {
    const { clock, intervalMs, loopDelayFullMs, cores } = options;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#fullMs = loopDelayFullMs;
    this.#meter = meter;
    this.#sampledMs = clock.nowMs();
    this.#cpuMs = meter.cpuMs();
    this.#delay = new LoopDelay(clock, intervalMs);
    const gauge = (name: string) => ({ name, value: 0, sampledAtMs: this.#sampledMs });
    const delay = new DelayGauge(this.#delay, options);
    const [memory, cpu] = [gauge("memory"), gauge("cpu")];
    this.#gauges = { delay, memory, cpu, heap: gauge("heap") };
    this.#readings = { ...this.#memory(), loopDelayMs: 0, loopDelayMaxMs: 0, cpuCores: 0, cores };
    const hasHeap = this.#readings.heap !== undefined;
    this.signals = hasHeap ? [delay, memory, cpu, this.#gauges.heap] : [delay, memory, cpu];
    this.#publish();
    this.#cancel = this.#wait();
  }

  readings(): PressureReadings {
    return this.#readings;
  }

  stop(): void {
    this.#cancel();
    this.#delay.stop();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  #wait(): () => void {
    return this.#clock.at(this.#clock.nowMs() + this.#intervalMs, () => {
      this.#sample();
      this.#cancel = this.#wait();
    });
  }

  #sample(): void {
    const nowMs = this.#clock.nowMs();
    const tookMs = nowMs - this.#sampledMs;
    const cpuMs = this.#meter.cpuMs();
    const { meanMs, maxMs } = this.#delay.take();
    const spentMs = cpuMs - this.#cpuMs;
    const { cpuCores: lastCores, cores } = this.#readings;
    this.#readings = {
      ...this.#memory(),
      loopDelayMs: meanMs,
      loopDelayMaxMs: maxMs,
      // A clock that jumped back, or stood: what was said last holds.
      cpuCores: tookMs > 0 && spentMs >= 0 ? spentMs / tookMs : lastCores,
      cores,
    };
    this.#sampledMs = nowMs;
    this.#cpuMs = cpuMs;
    this.#publish();
  }

  #memory(): Pick<PressureReadings, "heap" | "rssBytes" | "memoryLimitBytes"> {
    const { memoryLimitBytes } = this.#meter;
    return { heap: this.#meter.heap(), rssBytes: this.#meter.rssBytes(), memoryLimitBytes };
  }

  #publish(): void {
    const { loopDelayMs, heap, rssBytes, memoryLimitBytes, cpuCores, cores } = this.#readings;
    const { delay, memory, cpu, heap: heapGauge } = this.#gauges;
    this.#set(delay, loopDelayMs / this.#fullMs);
    this.#set(memory, rssBytes / memoryLimitBytes);
    this.#set(cpu, cpuCores / cores);
    if (heap !== undefined) this.#set(heapGauge, heap.usedBytes / heap.limitBytes);
  }

  #set(gauge: Gauge, part: number): void {
    gauge.value = Math.min(1, Math.max(0, part));
    gauge.sampledAtMs = this.#sampledMs;
  }
}
