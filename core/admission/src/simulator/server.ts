import { badOption } from "../admission-error.ts";
import type { Clock } from "../clock.ts";
import { checkCount, checkNumber, checkPeriod, type Period } from "./checks.ts";
import { type Distribution, type Sampler, toSampler } from "./distribution.ts";
import type { Random } from "./random.ts";

/** What does the work: so many workers, and a line of what waits for one. */
export interface ServerModel {
  readonly workers: number;
  /** How long one worker works on one request. */
  readonly serviceMs: Distribution;
  /** The longest line, first come first served; beyond that the server refuses by itself. */
  readonly maxQueued: number;
  /** What begins in these periods takes so long instead: a slow dependency. */
  readonly slowdowns?: readonly Slowdown[] | undefined;
  /** All workers stand still: garbage collection. In order, without overlap. */
  readonly pauses?: readonly Period[] | undefined;
  readonly coldStart?: ColdStart | undefined;
  readonly knee?: Knee | undefined;
}

export interface Slowdown extends Period {
  readonly serviceMs: Distribution;
}

/** Caches and code are cold: work takes `factor` times as long at 0, falling evenly to 1. */
export interface ColdStart {
  readonly durationMs: number;
  readonly factor: number;
}

/**
 * Something shared by all that is inside, at work or in line (memory, locks, a disk): with more
 * than `inside`, whatever begins takes `slope` times its time longer for each that is too many.
 */
export interface Knee {
  readonly inside: number;
  readonly slope: number;
}

export interface ServerParts {
  readonly clock: Clock;
  readonly random: Random;
}

export class Server {
  readonly #model: ServerModel;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sample: Sampler;
  readonly #slow: readonly (Period & { readonly sample: Sampler })[];
  readonly #pauses: readonly Period[];
  /** How many of the pauses are over. */
  #pausesOver = 0;
  #busy = 0;
  readonly #line = new Line();

  /** Throws an AdmissionError ("bad_option"). */
  constructor(model: ServerModel, { clock, random }: ServerParts) {
    checkServer(model);
    this.#model = model;
    this.#clock = clock;
    this.#random = random;
    this.#sample = toSampler("server.serviceMs", model.serviceMs);
    this.#slow = (model.slowdowns ?? []).map(({ fromMs, untilMs, serviceMs }, index) => {
      return { fromMs, untilMs, sample: toSampler(`slowdowns[${index}].serviceMs`, serviceMs) };
    });
    this.#pauses = model.pauses ?? [];
  }

  get busy(): number {
    return this.#busy;
  }

  get queued(): number {
    return this.#line.length;
  }

  /** Whether one more request would have to wait: there is no worker, or none that moves. */
  isSaturated(): boolean {
    return this.#busy === this.#model.workers || this.#pauseAt(this.#clock.nowMs()) !== undefined;
  }

  /** Does the work, then calls `done`; false when the line is full. Nothing takes work back. */
  tryStart(done: () => void): boolean {
    if (this.#busy < this.#model.workers) this.#work(done);
    else if (this.#line.length < this.#model.maxQueued) this.#line.push(done);
    else return false;
    return true;
  }

  #work(done: () => void): void {
    this.#busy += 1;
    const nowMs = this.#clock.nowMs();
    this.#clock.at(this.#finishMs(nowMs, this.#serviceMs(nowMs)), () => {
      this.#busy -= 1;
      const next = this.#line.shift();
      if (next !== undefined) this.#work(next);
      done();
    });
  }

  #serviceMs(nowMs: number): number {
    const slow = this.#slow.find(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs);
    const { coldStart, knee } = this.#model;
    let serviceMs = (slow?.sample ?? this.#sample)(this.#random);
    if (coldStart !== undefined && nowMs < coldStart.durationMs) {
      serviceMs *= coldStart.factor + (1 - coldStart.factor) * (nowMs / coldStart.durationMs);
    }
    if (knee !== undefined) {
      const tooMany = this.#busy + this.#line.length - knee.inside;
      serviceMs *= 1 + knee.slope * Math.max(0, tooMany);
    }
    return serviceMs;
  }

  /** Pauses are known beforehand, so that work which one interrupts need not be set anew. */
  #finishMs(startMs: number, serviceMs: number): number {
    this.#pauseAt(startMs);
    let finishMs = startMs + serviceMs;
    for (let index = this.#pausesOver; index < this.#pauses.length; index += 1) {
      const { fromMs, untilMs } = this.#pauses[index]!;
      if (fromMs >= finishMs) break;
      finishMs += untilMs - Math.max(fromMs, startMs);
    }
    return finishMs;
  }

  #pauseAt(nowMs: number): Period | undefined {
    let pause = this.#pauses[this.#pausesOver];
    while (pause !== undefined && pause.untilMs <= nowMs) {
      this.#pausesOver += 1;
      pause = this.#pauses[this.#pausesOver];
    }
    return pause !== undefined && pause.fromMs <= nowMs ? pause : undefined;
  }
}

/** First in, first out, without moving what is in it for each that leaves. */
class Line {
  #waiting: (() => void)[] = [];
  #first = 0;

  get length(): number {
    return this.#waiting.length - this.#first;
  }

  push(done: () => void): void {
    this.#waiting.push(done);
  }

  shift(): (() => void) | undefined {
    if (this.length === 0) return undefined;
    const done = this.#waiting[this.#first];
    this.#first += 1;
    if (this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    return done;
  }
}

function checkServer({
  workers,
  maxQueued,
  slowdowns,
  pauses,
  coldStart,
  knee,
}: ServerModel): void {
  checkCount("server.workers", workers, 1);
  checkCount("server.maxQueued", maxQueued, 0);
  for (const [index, slowdown] of (slowdowns ?? []).entries()) {
    checkPeriod(`slowdowns[${index}]`, slowdown);
  }
  let overMs = 0;
  for (const [index, pause] of (pauses ?? []).entries()) {
    checkPeriod(`pauses[${index}]`, pause);
    if (pause.fromMs < overMs) {
      throw badOption(`pauses[${index}].fromMs`, pause.fromMs, `a time from ${overMs}`);
    }
    overMs = pause.untilMs;
  }
  if (coldStart !== undefined) {
    checkNumber("coldStart.durationMs", coldStart.durationMs, Number.MIN_VALUE);
    checkNumber("coldStart.factor", coldStart.factor, 1);
  }
  if (knee !== undefined) {
    checkCount("knee.inside", knee.inside, 1);
    checkNumber("knee.slope", knee.slope, 0);
  }
}
