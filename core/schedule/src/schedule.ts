/**
 * When iteration `index` is due, in ms from the scenario's start; `undefined` when there are no
 * more.
 *
 * Any index may be asked for, so that worker k of n takes k, k + n, k + 2n, … without asking
 * anyone.
 */
export type Schedule = (index: number) => number | undefined;

/** A straight line to `target`, which is reached after `durationMs`; a stage of no length jumps. */
export interface Stage {
  readonly durationMs: number;
  readonly target: number;
}

export interface ConstantRate {
  /** Iterations per `timeUnitMs`. */
  readonly rate: number;
  readonly timeUnitMs: number;
  readonly durationMs: number;
}

const NS_PER_MS = 1e6;

/** Evenly spaced: the first at 0, none at or after `durationMs`. */
export function constantRate({ rate, timeUnitMs, durationMs }: ConstantRate): Schedule {
  if (rate <= 0) return () => undefined;
  // Whole nanoseconds, as in k6: 3/s is due at 333.333333 and 666.666666.
  const periodNs = Math.max(1, Math.floor((timeUnitMs * NS_PER_MS) / rate));
  const durationNs = durationMs * NS_PER_MS;
  return (index) => {
    const dueNs = index * periodNs;
    return dueNs < durationNs ? dueNs / NS_PER_MS : undefined;
  };
}

export interface RampingRate {
  /** Iterations per `timeUnitMs`, as are the targets. */
  readonly startRate: number;
  readonly timeUnitMs: number;
  readonly stages: readonly Stage[];
}

/**
 * A rate that goes in straight lines from `startRate` through the target of each stage.
 *
 * The iterations so far are the area under the rate, so iteration n is due when that area is n + 1.
 */
export function rampingRate({ startRate, timeUnitMs, stages }: RampingRate): Schedule {
  const legs = toLegs(startRate, timeUnitMs, stages);
  // Only a hint where to look first: the indexes come in rising order, 30,000 times a second.
  let place = 0;
  return (index) => {
    const area = index + 1;
    while (place > 0 && area <= legs[place - 1]!.endArea) place -= 1;
    while (place < legs.length && area > legs[place]!.endArea) place += 1;
    const leg = legs[place];
    return leg && leg.startMs + msToCover(leg, (area - leg.startArea) * timeUnitMs);
  };
}

/** One stage as a piece of the rate's graph; areas count iterations since the scenario's start. */
interface Leg {
  readonly startMs: number;
  readonly durationMs: number;
  readonly startRate: number;
  readonly endRate: number;
  readonly startArea: number;
  readonly endArea: number;
}

function toLegs(firstRate: number, timeUnitMs: number, stages: readonly Stage[]): readonly Leg[] {
  const legs: Leg[] = [];
  let startMs = 0;
  let startRate = firstRate;
  // Twice the area times the time unit: a whole number, so that no iteration is lost to rounding.
  let doubleArea = 0;
  for (const { durationMs, target: endRate } of stages) {
    const startArea = doubleArea / (2 * timeUnitMs);
    doubleArea += (startRate + endRate) * durationMs;
    const endArea = doubleArea / (2 * timeUnitMs);
    if (durationMs > 0) legs.push({ startMs, durationMs, startRate, endRate, startArea, endArea });
    startMs += durationMs;
    startRate = endRate;
  }
  return legs;
}

/** The quadratic formula, turned so that a flat leg does not divide by zero. */
function msToCover({ durationMs, startRate, endRate }: Leg, area: number): number {
  const square = startRate ** 2 + (2 * (endRate - startRate) * area) / durationMs;
  const ms = (2 * area) / (startRate + Math.sqrt(Math.max(0, square)));
  return Math.min(ms, durationMs);
}
