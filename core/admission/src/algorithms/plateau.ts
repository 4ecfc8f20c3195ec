import type { LimitAlgorithm, Sample } from "../algorithm.ts";
import { believable, clamp, isUsable, type LimitBounds, number, parseBounds } from "./bounds.ts";
import { type Point, RecentLoad } from "./recent-load.ts";

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
 *   are really worked on. The limit is that, 15 % and 3 + its root more: room for chance. It is
 *   also no less than that and what 8 ms bring: a service that is quick is asked in bursts.
 * - The baseline follows the rtt only while less than half of the limit is used, and quickly only
 *   downwards, so that an overload is never taken up. Otherwise it changes by evidence alone: with
 *   a third fewer in flight, does as much go through as before (then the rest had only waited) or
 *   less (then the work itself takes so long)? Each fall of the limit answers that. Under an
 *   overload that lasts, short probes ask: half a second or so, the first after some seconds of it
 *   (as soon as throughput falls by a third; at once, where nothing is known), then once a minute.
 * - What is not used does not grow: the limit is at most 3 times what was in flight at the most in
 *   the last half minute or so, or `initial`.
 * - A limit that was not reached does not shrink, so latencies of several kinds shed nothing, and
 *   neither does a pause that one window sees.
 *
 * Defaults: initial 100, min 1, max 10,000, probeEveryMs 15,000; without `random` probes come after
 * three quarters of their pause. A load that rises at once meets `initial` for about half a second:
 * a server that does few at a time gets shorter times then by a lower one, and sheds more bursts.
 */
export function plateau(options: PlateauOptions = {}): LimitAlgorithm {
  return new Plateau(options);
}

/** How much slower than the baseline is still as good. */
const TOLERANCE = 1.15;
/** More than what is at work, however little that is. */
const ROOM = 3;
/** Of the throughput, what may come at once: a service that takes 0.1 ms is asked in bursts. */
const BURST_MS = 8;
/** With an rtt up to that there is no queue: the limit may grow by half. */
const HEALTHY = 1.05;
/** A probe leaves so much of what is thought to be at work: some workers should be idle. */
const PROBE_SHARE = 0.8;
/** But between these shares of what is in flight. */
const DEPTHS = { trusted: { least: 0.45, most: 0.6 }, unknown: { least: 0.35, most: 0.4 } };
/** A throughput that is still that share of what it was has not fallen. */
const HELD = 0.91;
/** A baseline that is wrong by so many times is replaced; by less, it moves half way. */
const SURPRISE = 1.5;
/** One that is too high by so many times is asked for with still fewer in flight. */
const FAR_OFF = 2;
/** So much fewer in flight than before is evidence. */
const EVIDENCE_SHARE = 0.67;
/** Windows from which the first baseline is taken. */
const FIRST_WINDOWS = 4;
/** Windows of light load until its baseline is believed, and until it needs no early probe. */
const LIGHT_WINDOWS = { believed: 4, sure: 20 };
/** A window in which nobody met the limit counts for so much of one of light load. */
const UNMET_SHARE = 0.2;
/** A window of fewer samples than that counts for less. */
const GOOD_COUNT = 50;
/** A probe may give up after so many windows, which are long when there are few requests. */
const PATIENCE = 4;
/** The first pause after a surprise, and the longest, as parts of `probeEveryMs`. */
const PAUSES = { shortest: 0.25, longest: 4 };

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
  /** Throughput when the baseline was last seen to be right, at light load or by a probe. */
  #knownThroughput = 0;

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
    const most = Math.max(1, inFlight);
    const meanInFlight = clamp(sample.meanInFlight ?? most, 1, most);
    const point = { inFlight: most, meanInFlight, rttMs: believable(sample.rttMs) };
    if (outcome === "dropped") {
      this.#onDropped(point, nowMs);
      return;
    }
    const isHealthy = point.rttMs <= this.#maxHealthyRttMs * TOLERANCE;
    const isLight = inFlight * 2 < this.#limit && isHealthy;
    this.#learn(point.rttMs, isLight, count > 0 ? Math.min(1, count / GOOD_COUNT) : 0);
    if (this.#probe === undefined) {
      this.#recent.noteThroughput(point);
      if (isLight) this.#rest(point, nowMs);
      else if (this.#recent.windows >= FIRST_WINDOWS) this.#work(point, isHealthy, nowMs);
    } else {
      this.#goOnProbing(this.#probe, point, nowMs);
    }
    this.#recent.noteLast(point.inFlight);
  }

  /** It only ever takes away: a refusal is quick, which says nothing of the work. */
  #onDropped(point: Point, nowMs: number): void {
    const { inFlight, rttMs } = point;
    if (this.#probe !== undefined) {
      this.#fromAge += 1;
      // Drops of those that began with fewer in flight: even that is too many.
      const isClean = inFlight <= this.#from!.inFlight * EVIDENCE_SHARE;
      if (isClean) this.#endProbe(this.#limit * 0.9, nowMs);
      else this.#giveUpProbing(this.#probe, nowMs);
      return;
    }
    if (inFlight * 2 < this.#limit) return;
    const isSlow = rttMs > this.#baselineMs * TOLERANCE;
    this.#fromAge += 1;
    if (isSlow) {
      this.#recent.noteThroughput(point);
      this.#noteHeight(point);
    }
    const isKnown = isSlow && this.#recent.windows >= FIRST_WINDOWS;
    if (isKnown && !this.#isTrusted && this.#isProbeDue(nowMs)) this.#startProbe(point, nowMs);
    else {
      const most = isKnown ? Math.max(this.#target(), this.#limit / 4) : this.#limit;
      this.#setLimit(Math.min(this.#limit * 0.9, most));
    }
    this.#recent.noteLast(inFlight);
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
  #rest({ meanInFlight, rttMs }: Point, nowMs: number): void {
    this.#knownThroughput = meanInFlight / rttMs;
    this.#trustMore(1);
    this.#setFrom(undefined);
    // What light load has shown needs no test as soon as the load rises.
    if (this.#isTrusted) this.#nextProbeMs = Math.max(this.#nextProbeMs, nowMs + this.#pauseMs);
    this.#setLimit(this.#limit);
  }

  #trustMore(weight: number): void {
    this.#lightWindows += weight;
    if (this.#lightWindows >= LIGHT_WINDOWS.believed) this.#isTrusted = true;
    if (this.#lightWindows < LIGHT_WINDOWS.sure) return;
    this.#pauseMs = Math.max(this.#pauseMs, this.#probeEveryMs);
  }

  #work(point: Point, isHealthy: boolean, nowMs: number): void {
    this.#lookAtFall(point);
    const isFull = point.inFlight >= Math.floor(this.#limit);
    if (!isFull && isHealthy) this.#trustMore(UNMET_SHARE);
    if (isFull && this.#wantsProbe(point, nowMs)) this.#startProbe(point, nowMs);
    else this.#cruise(point, isFull || !isHealthy);
  }

  /** With all of the limit in use. */
  #wantsProbe(point: Point, nowMs: number): boolean {
    const { throughput } = this.#recent;
    if (throughput < this.#knownThroughput * EVIDENCE_SHARE) {
      // The work has become slower: the baseline is in doubt, and asked for at once.
      this.#knownThroughput = throughput;
      this.#nextProbeMs = nowMs;
    }
    const isLooking = this.#evidence.windows > 0;
    const isStill = this.#recent.isSteady(point.inFlight) && this.#target() < this.#limit * 1.1;
    return !isLooking && (isStill || !this.#isTrusted) && this.#isProbeDue(nowMs);
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
    const { throughput } = this.#recent;
    const atWork = throughput * this.#baselineMs;
    const room = TOLERANCE * atWork + ROOM + Math.sqrt(atWork);
    return Math.max(room, atWork + throughput * BURST_MS);
  }

  #lookAtFall(point: Point): void {
    this.#fromAge += 1;
    const from = this.#from;
    if (from !== undefined && point.meanInFlight <= from.meanInFlight * EVIDENCE_SHARE) {
      if (this.#judge(from, point) !== "unclear") this.#setFrom(point);
    } else this.#noteHeight(point);
  }

  #noteHeight(point: Point): void {
    const from = this.#from;
    if (from && point.meanInFlight < from.meanInFlight * 0.9 && this.#fromAge <= 8) return;
    if (this.#recent.isSteady(point.inFlight)) this.#setFrom(point);
  }

  #setFrom(point: Point | undefined): void {
    this.#from = point;
    this.#fromAge = 0;
    this.#evidence = { windows: 0, sumMs: 0 };
  }

  /**
   * Whether the baseline is right now, or there was a queue (and may be one still). What does not
   * bear the baseline out is looked at for a second window; one in which some began before the fall
   * can only bear it out.
   */
  #judge(from: Point, to: Point): "right" | "queue" | "unclear" {
    const isClean = to.inFlight <= from.inFlight * EVIDENCE_SHARE;
    if (isClean) {
      this.#evidence.windows += 1;
      this.#evidence.sumMs += to.rttMs;
    }
    const rttMs = isClean ? this.#evidence.sumMs / this.#evidence.windows : to.rttMs;
    const slowness = rttMs / this.#baselineMs;
    if (slowness < TOLERANCE && slowness > 1 / TOLERANCE) {
      this.#pauseMs = Math.min(this.#pauseMs * 3, this.#probeEveryMs * PAUSES.longest);
      this.#setBaseline(this.#baselineMs + (rttMs - this.#baselineMs) * 0.3);
      return "right";
    }
    // With fewer in flight as much goes through as before: the rest only waited.
    const isQueue = to.meanInFlight / to.rttMs > (from.meanInFlight / from.rttMs) * HELD;
    const enough = isQueue && this.#probe !== undefined ? 1 : 2;
    if (this.#evidence.windows < enough) return "unclear";
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

  /** Down to what should leave workers idle. */
  #startProbe(from: Point, nowMs: number): void {
    // All that was seen lately is a better throughput than the last window alone.
    const { inFlight, meanInFlight } = from;
    this.#setFrom({ inFlight, meanInFlight, rttMs: meanInFlight / this.#recent.throughput });
    const patienceMs = Math.max(1000, from.rttMs * 4);
    this.#probe = { startedMs: nowMs, untilMs: nowMs + patienceMs, back: this.#limit };
    const atWork = this.#recent.throughput * this.#baselineMs;
    const { least, most } = this.#isTrusted ? DEPTHS.trusted : DEPTHS.unknown;
    const some = clamp(atWork * PROBE_SHARE, meanInFlight * least, meanInFlight * most);
    this.#setLimit(Math.min(this.#limit - 1, some));
  }

  #goOnProbing(probe: Probe, point: Point, nowMs: number): void {
    const from = this.#from!;
    this.#fromAge += 1;
    if (point.inFlight === 1) {
      // Whoever is alone waits for nobody.
      this.#setBaseline(point.rttMs);
      this.#endProbe(this.#target(), nowMs);
    } else if (point.meanInFlight <= from.meanInFlight * EVIDENCE_SHARE) {
      // A baseline that was only a little too high needs no further step down.
      const isFarOff = !this.#isTrusted || point.rttMs * FAR_OFF < this.#baselineMs;
      const verdict = this.#judge(from, point);
      if (verdict === "unclear") return;
      const isLowest = Math.floor(this.#limit) <= this.#min;
      if (verdict === "queue" && isFarOff && !isLowest) this.#startProbe(point, nowMs);
      else this.#endProbe(this.#target(), nowMs);
    } else this.#giveUpProbing(probe, nowMs);
  }

  #giveUpProbing({ startedMs, untilMs, back }: Probe, nowMs: number): void {
    if (this.#fromAge < PATIENCE || (nowMs < untilMs && nowMs >= startedMs)) return;
    this.#endProbe(back, nowMs);
  }

  #endProbe(limit: number, nowMs: number): void {
    this.#knownThroughput = this.#recent.throughput;
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
