import type { LimitAlgorithm, Sample } from "../algorithm.ts";
import { believable, clamp, isUsable, type LimitBounds, number, parseBounds } from "./bounds.ts";
import { RecentLoad } from "./recent-load.ts";

export interface PlateauOptions extends LimitBounds {
  /** Slower than that is overload, however long it lasts. Left out: what lasts may be normal. */
  readonly maxHealthyRttMs?: number | undefined;
  /**
   * How often the baseline is tested while requests are shed: from 4 times as often, as long as it
   * proves wrong, to a quarter as often.
   */
  readonly probeEveryMs?: number | undefined;
  /** From 0 to below 1: spreads the probes, so that many processes do not probe together. */
  readonly random?: (() => number) | undefined;
}

/**
 * The limit from which on more in flight brings no more throughput. Our own; meant for windows with
 * the mean time, for which Little's law holds whatever the distribution:
 *
 * - throughput = in flight / rtt, so throughput × baseline (the rtt without a queue) is how many
 *   are really worked on. The limit is that, 15 % and 2 + its root more: room for chance.
 * - The baseline follows the rtt only while less than half of the limit is used, and quickly only
 *   downwards, so that an overload is never taken up. Otherwise it changes by evidence alone: with
 *   a third fewer in flight, does as much go through as before (then the rest had only waited) or
 *   less (then the work itself takes so long)? Each fall of the limit answers that. Under an
 *   overload that lasts, short probes ask: half a second or so, at first each few seconds, then
 *   once a minute.
 * - What is not used does not grow: the limit is at most 3 times what was in flight at the most in
 *   the last half minute or so, or `initial`.
 * - A limit that was not reached does not shrink, so latencies of several kinds shed nothing, and
 *   neither does a pause that one window sees.
 *
 * Defaults: initial 100, min 1, max 10,000, probeEveryMs 15,000; without `random` probes come after
 * three quarters of their pause.
 */
export function plateau(options: PlateauOptions = {}): LimitAlgorithm {
  return new Plateau(options);
}

/** How much slower than the baseline is still as good. */
const TOLERANCE = 1.15;
/** With an rtt up to that there is no queue: the limit may grow by half. */
const HEALTHY = 1.05;
/** A probe leaves so much of what is thought to be at work: some workers should be idle. */
const PROBE_SHARE = 0.7;
/** A throughput that is still that share of what it was has not fallen. */
const HELD = 0.91;
/** A baseline that is wrong by so many times is replaced; by less, it moves half way. */
const SURPRISE = 1.5;
/** So much fewer in flight than before is evidence. */
const EVIDENCE_SHARE = 0.67;
/** Windows from which the first baseline is taken. */
const FIRST_WINDOWS = 4;
/** Windows until the baseline of light load is believed. */
const LIGHT_WINDOWS = 4;
/** A window of fewer samples than that counts for less. */
const GOOD_COUNT = 50;
/** A probe may give up after so many windows, which are long when there are few requests. */
const PATIENCE = 4;
/** The first pause after a surprise, and the longest, as parts of `probeEveryMs`. */
const PAUSES = { shortest: 0.25, longest: 4 };

interface Point {
  readonly inFlight: number;
  readonly rttMs: number;
}

interface Probe {
  readonly startedMs: number;
  /** From then on it may give up. */
  readonly untilMs: number;
  /** The limit before it. */
  readonly back: number;
}

class Plateau implements LimitAlgorithm {
  readonly name = "plateau";
  readonly #initial: number;
  readonly #min: number;
  readonly #max: number;
  readonly #maxHealthyRttMs: number;
  readonly #probeEveryMs: number;
  /** Grows with each probe that finds the baseline right. */
  #pauseMs: number;
  readonly #random: () => number;
  #limit: number;
  /** 0: unknown. */
  #baselineMs = 0;
  #lightWindows = 0;
  /** Light load or a probe has shown the baseline; until then it is what was met. */
  #isTrusted: boolean = false;
  readonly #recent = new RecentLoad();
  /** Where the last fall began. */
  #from: Point | undefined;
  #fromAge = 0;
  /** Windows since that fall, and the sum of their rtt. */
  #evidence = { windows: 0, sumMs: 0 };
  #probe: Probe | undefined;
  #nextProbeMs = -Infinity;

  constructor(options: PlateauOptions) {
    const { initial, min, max } = parseBounds(options, { initial: 100, max: 10_000 });
    this.#initial = initial;
    this.#limit = initial;
    this.#min = min;
    this.#max = max;
    this.#maxHealthyRttMs = number("maxHealthyRttMs", options.maxHealthyRttMs ?? 1e9, 0.001, 1e9);
    this.#probeEveryMs = number("probeEveryMs", options.probeEveryMs ?? 15_000, 100, 1e9);
    this.#pauseMs = this.#probeEveryMs * PAUSES.shortest;
    this.#random = options.random ?? (() => 0.5);
  }

  get limit(): number {
    return this.#limit;
  }

  onSample(sample: Sample): void {
    if (!isUsable(sample)) return;
    const { inFlight, outcome, nowMs, count } = sample;
    this.#recent.notePeak(sample);
    if (outcome === "dropped") {
      this.#onDropped(inFlight);
      return;
    }
    const point = { inFlight: Math.max(1, inFlight), rttMs: believable(sample.rttMs) };
    const isHealthy = point.rttMs <= this.#maxHealthyRttMs * TOLERANCE;
    const isLight = inFlight * 2 < this.#limit && isHealthy;
    this.#learn(point.rttMs, isLight, count > 0 ? Math.min(1, count / GOOD_COUNT) : 0);
    if (this.#probe === undefined) {
      this.#recent.noteThroughput(point.inFlight, point.rttMs);
      if (isLight) this.#rest(nowMs);
      else if (this.#recent.windows >= FIRST_WINDOWS) this.#work(point, isHealthy, nowMs);
    } else {
      this.#goOnProbing(this.#probe, point, nowMs);
    }
    this.#recent.noteLast(point.inFlight);
  }

  #onDropped(inFlight: number): void {
    if (this.#probe !== undefined) this.#limit = this.#probe.back;
    this.#probe = undefined;
    this.#setFrom(undefined);
    if (inFlight * 2 >= this.#limit) this.#setLimit(this.#limit * 0.9);
  }

  /** `weight` 0..1: how much the window is to be believed. */
  #learn(rttMs: number, isLight: boolean, weight: number): void {
    if (this.#recent.windows < FIRST_WINDOWS) {
      // At first only the quickest have come back: the baseline is the slowest of these windows.
      this.#setBaseline(Math.max(rttMs, this.#baselineMs));
      return;
    }
    const mayRise = isLight && this.#probe === undefined;
    const isFaster = rttMs < this.#baselineMs / (isLight ? 1 : TOLERANCE);
    const share = isFaster ? 0.1 : mayRise ? 0.05 : 0;
    this.#setBaseline(this.#baselineMs + (rttMs - this.#baselineMs) * share * weight);
  }

  /** Less than half of the limit is used. */
  #rest(nowMs: number): void {
    this.#lightWindows += 1;
    if (this.#lightWindows >= LIGHT_WINDOWS) this.#isTrusted = true;
    this.#setFrom(undefined);
    // What light load has shown needs no test as soon as the load rises.
    if (this.#isTrusted) this.#nextProbeMs = Math.max(this.#nextProbeMs, nowMs + this.#pauseMs);
    this.#setLimit(this.#limit);
  }

  #work(point: Point, isHealthy: boolean, nowMs: number): void {
    this.#lookAtFall(point);
    const isFull = point.inFlight >= Math.floor(this.#limit);
    const isStill = this.#recent.isSteady(point.inFlight) && this.#target() < this.#limit * 1.1;
    if (isFull && (isStill || !this.#isTrusted) && this.#isProbeDue(nowMs)) {
      this.#startProbe(point, 0.65, nowMs);
    } else {
      this.#cruise(point, isFull || !isHealthy);
    }
  }

  #cruise({ rttMs, inFlight }: Point, mayShrink: boolean): void {
    const limit = this.#limit;
    const baselineMs = this.#baselineMs;
    const hasNoQueue = this.#recent.isSteady(inFlight) && rttMs < baselineMs * HEALTHY;
    const target = Math.max(this.#target(), hasNoQueue ? inFlight * 1.5 : 0);
    if (target >= limit) this.#setLimit(Math.min(target, limit * 1.5 + 1));
    else if (mayShrink && rttMs > baselineMs * TOLERANCE) {
      this.#setLimit(Math.max(target, limit / 4));
    }
  }

  #target(): number {
    const atWork = this.#recent.throughput * this.#baselineMs;
    return TOLERANCE * atWork + 2 + Math.sqrt(atWork);
  }

  #lookAtFall(point: Point): void {
    this.#fromAge += 1;
    const from = this.#from;
    if (from !== undefined && point.inFlight <= from.inFlight * EVIDENCE_SHARE) {
      if (this.#judge(from, point) !== "unclear") this.#setFrom(point);
    } else if (!from || point.inFlight >= from.inFlight * 0.9 || this.#fromAge > 8) {
      if (this.#recent.isSteady(point.inFlight)) this.#setFrom(point);
    }
  }

  #setFrom(point: Point | undefined): void {
    this.#from = point;
    this.#fromAge = 0;
    this.#evidence = { windows: 0, sumMs: 0 };
  }

  /**
   * Whether the baseline is right now, or there was a queue (and may be one still). What does not
   * bear the baseline out is looked at for a second window.
   */
  #judge(from: Point, to: Point): "right" | "queue" | "unclear" {
    this.#evidence.windows += 1;
    this.#evidence.sumMs += to.rttMs;
    const rttMs = this.#evidence.sumMs / this.#evidence.windows;
    const slowness = rttMs / this.#baselineMs;
    if (slowness < TOLERANCE && slowness > 1 / TOLERANCE) {
      this.#pauseMs = Math.min(this.#pauseMs * 3, this.#probeEveryMs * PAUSES.longest);
      this.#setBaseline(this.#baselineMs + (rttMs - this.#baselineMs) * 0.3);
      return "right";
    }
    if (this.#evidence.windows < 2) return "unclear";
    // With fewer in flight as much goes through as before: the rest only waited.
    const isQueue = to.inFlight / rttMs > (from.inFlight / from.rttMs) * HELD;
    const isSurprise = slowness > SURPRISE || slowness < 1 / SURPRISE;
    if (isSurprise) this.#pauseMs = this.#probeEveryMs * PAUSES.shortest;
    if (isQueue) this.#setBaseline(Math.min(rttMs, this.#baselineMs));
    else this.#setBaseline(isSurprise ? rttMs : (this.#baselineMs + rttMs) / 2);
    return isQueue ? "queue" : "right";
  }

  #isProbeDue(nowMs: number): boolean {
    // A clock that jumped back must not put probes off for longer than agreed.
    this.#nextProbeMs = Math.min(this.#nextProbeMs, nowMs + this.#probeEveryMs * PAUSES.longest);
    return nowMs >= this.#nextProbeMs && Math.floor(this.#limit) > this.#min;
  }

  /** Down to what should leave workers idle; `most`: to that share of what is in flight. */
  #startProbe(from: Point, most: number, nowMs: number): void {
    // All that was seen lately is a better throughput than the last window alone.
    this.#setFrom({ inFlight: from.inFlight, rttMs: from.inFlight / this.#recent.throughput });
    const patienceMs = Math.max(3000, from.rttMs * 4);
    this.#probe = { startedMs: nowMs, untilMs: nowMs + patienceMs, back: this.#limit };
    const atWork = (from.inFlight / from.rttMs) * this.#baselineMs;
    const some = clamp(atWork * PROBE_SHARE, from.inFlight * 0.35, from.inFlight * most);
    this.#setLimit(Math.min(this.#limit - 1, some));
  }

  #goOnProbing({ startedMs, untilMs, back }: Probe, point: Point, nowMs: number): void {
    const from = this.#from!;
    this.#fromAge += 1;
    if (point.inFlight <= from.inFlight * EVIDENCE_SHARE) {
      const verdict = this.#judge(from, point);
      if (verdict === "unclear") return;
      const isLowest = Math.floor(this.#limit) <= this.#min;
      if (verdict === "queue" && !isLowest) this.#startProbe(point, 0.5, nowMs);
      else this.#endProbe(this.#target(), nowMs);
    } else if (this.#fromAge >= PATIENCE && (nowMs >= untilMs || nowMs < startedMs)) {
      this.#endProbe(back, nowMs);
    }
  }

  #endProbe(limit: number, nowMs: number): void {
    this.#probe = undefined;
    this.#isTrusted = true;
    this.#setFrom(undefined);
    this.#nextProbeMs = nowMs + this.#pauseMs * (0.5 + this.#random() / 2);
    this.#setLimit(limit);
  }

  #setBaseline(rttMs: number): void {
    this.#baselineMs = Math.min(rttMs, this.#maxHealthyRttMs);
  }

  #setLimit(limit: number): void {
    const used = Math.max(this.#initial, 3 * this.#recent.peak);
    this.#limit = clamp(limit, this.#min, Math.min(this.#max, used));
  }
}
