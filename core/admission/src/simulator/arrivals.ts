import type { Clock } from "../clock.ts";
import { checkCount, checkNumber } from "./checks.ts";
import { type Distribution, meanMs, toSampler } from "./distribution.ts";
import { exponential, type Random } from "./random.ts";

/** When requests come. */
export type Arrivals = OpenArrivals | ClosedArrivals;

/** They come whatever becomes of the ones before. */
export type OpenArrivals =
  /** Evenly spaced, like a load generator's. */
  | { readonly kind: "even"; readonly stages: readonly RateStage[] }
  /** Independent of each other, like those of many people. */
  | { readonly kind: "poisson"; readonly stages: readonly RateStage[] }
  /** So many at one instant, again and again, the first after `everyMs`. */
  | { readonly kind: "bursts"; readonly everyMs: number; readonly size: number };

/** Each asks, waits for the end of that, thinks, and asks again: a slow server slows them. */
export interface ClosedArrivals {
  readonly kind: "closed";
  readonly clients: number;
  readonly thinkMs: Distribution;
}

/** A rate that changes evenly from the one to the other; equal ones are a step. */
export interface RateStage {
  readonly durationMs: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

/** For so long at one rate. */
export function steady(ratePerSecond: number, durationMs: number): RateStage {
  return { durationMs, fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond };
}

export interface ArrivalParts {
  readonly clock: Clock;
  readonly random: Random;
  /** What comes then; it calls `ended` once, when it is over. */
  readonly arrive: (ended: () => void) => void;
}

/**
 * Sets the first arrival, which sets the next, for as long as the clock runs. Throws an
 * AdmissionError ("bad_option").
 */
export function startArrivals(arrivals: Arrivals, parts: ArrivalParts): void {
  if (arrivals.kind === "closed") startClosed(arrivals, parts);
  else startOpen(arrivals, parts);
}

/** Without any time between, a client that is shed at once would ask for ever in one instant. */
const SHORTEST_MS = 1e-3;
const ignoreEnd = () => {};

function startOpen(arrivals: OpenArrivals, { clock, random, arrive }: ArrivalParts): void {
  const next = dueTimes(arrivals, random);
  const size = arrivals.kind === "bursts" ? arrivals.size : 1;
  const come = () => {
    for (let count = 0; count < size; count += 1) arrive(ignoreEnd);
    setNext();
  };
  const setNext = () => {
    const dueMs = next();
    if (dueMs < Number.POSITIVE_INFINITY) clock.at(dueMs, come);
  };
  setNext();
}

function dueTimes(arrivals: OpenArrivals, random: Random): () => number {
  switch (arrivals.kind) {
    case "even":
      return arrivalTimes(arrivals.stages, () => 1, 0.5);
    case "poisson":
      return arrivalTimes(arrivals.stages, () => exponential(random), exponential(random));
    case "bursts": {
      const { everyMs, size } = arrivals;
      checkNumber("arrivals.everyMs", everyMs, SHORTEST_MS);
      checkCount("arrivals.size", size, 1);
      let bursts = 0;
      return () => {
        bursts += 1;
        return bursts * everyMs;
      };
    }
  }
}

function startClosed(
  { clients, thinkMs }: ClosedArrivals,
  { clock, random, arrive }: ArrivalParts,
): void {
  checkCount("arrivals.clients", clients, 1);
  const think = toSampler("arrivals.thinkMs", thinkMs);
  checkNumber("arrivals.thinkMs of mean", meanMs(thinkMs), SHORTEST_MS);
  const ask = () => arrive(thinkFirst);
  const thinkFirst = () => {
    clock.at(clock.nowMs() + think(random), ask);
  };
  for (let client = 0; client < clients; client += 1) thinkFirst();
}

/**
 * The instants at which the number of arrivals to be expected so far (the integral of the rate)
 * reaches `first`, then one `gap` more each: 1 spaces them evenly, exponential gaps of mean 1 make
 * a Poisson process whatever the rate does (Çinlar 1975, time change). Infinity when it is over.
 */
export function arrivalTimes(
  stages: readonly RateStage[],
  gap: () => number,
  first: number,
): () => number {
  for (const [index, { durationMs, fromPerSecond, toPerSecond }] of stages.entries()) {
    checkNumber(`stages[${index}].durationMs`, durationMs, 0);
    checkNumber(`stages[${index}].fromPerSecond`, fromPerSecond, 0);
    checkNumber(`stages[${index}].toPerSecond`, toPerSecond, 0);
  }
  let index = 0;
  let beganMs = 0;
  /** How many more are to be expected, from the stage's beginning, until the next comes. */
  let missing = first;
  return () => {
    for (; index < stages.length; index += 1) {
      const stage = stages[index]!;
      const expected = expectedIn(stage);
      if (missing < expected) {
        const dueMs = beganMs + reachedAfterMs(stage, missing);
        missing += gap();
        return dueMs;
      }
      missing -= expected;
      beganMs += stage.durationMs;
    }
    return Number.POSITIVE_INFINITY;
  };
}

function expectedIn({ durationMs, fromPerSecond, toPerSecond }: RateStage): number {
  return ((fromPerSecond + toPerSecond) / 2) * (durationMs / 1000);
}

/** Solves from·t + (to − from)·t²/2d = count for t, without a difference of equals. */
function reachedAfterMs(stage: RateStage, count: number): number {
  if (count === 0) return 0;
  const { durationMs, fromPerSecond, toPerSecond } = stage;
  const slope = (toPerSecond - fromPerSecond) / (durationMs / 1000);
  const root = Math.sqrt(Math.max(0, fromPerSecond ** 2 + 2 * slope * count));
  return (2000 * count) / (fromPerSecond + root);
}
