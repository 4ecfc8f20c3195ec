import { badOption } from "../admission-error.ts";
import { checkNumber } from "./checks.ts";
import { exponential, normal, type Random } from "./random.ts";

/** How long something takes. */
export type Distribution =
  | { readonly kind: "constant"; readonly ms: number }
  | { readonly kind: "exponential"; readonly meanMs: number }
  /** As most real services, given by what a dashboard shows of them. */
  | { readonly kind: "lognormal"; readonly medianMs: number; readonly p99Ms: number }
  /** Several kinds of request in one: the shares add up to 1. */
  | { readonly kind: "mixed"; readonly parts: readonly Part[] };

export interface Part {
  readonly share: number;
  readonly of: Distribution;
}

/** Draws a duration in ms. */
export type Sampler = (random: Random) => number;

/** That many deviations above the median lies the 99th percentile of a normal distribution. */
const P99_DEVIATIONS = 2.3263478740408408;

/** Throws an AdmissionError ("bad_option") that begins with `name`. */
export function toSampler(name: string, distribution: Distribution): Sampler {
  switch (distribution.kind) {
    case "constant": {
      checkNumber(`${name}.ms`, distribution.ms, 0);
      return () => distribution.ms;
    }
    case "exponential": {
      checkNumber(`${name}.meanMs`, distribution.meanMs, 0);
      return (random) => distribution.meanMs * exponential(random);
    }
    case "lognormal": {
      const { medianMs, p99Ms } = distribution;
      checkNumber(`${name}.medianMs`, medianMs, Number.MIN_VALUE);
      checkNumber(`${name}.p99Ms`, p99Ms, medianMs);
      const sigma = Math.log(p99Ms / medianMs) / P99_DEVIATIONS;
      return (random) => medianMs * Math.exp(sigma * normal(random));
    }
    case "mixed":
      return mixedSampler(name, distribution.parts);
  }
}

export function meanMs(distribution: Distribution): number {
  switch (distribution.kind) {
    case "constant":
      return distribution.ms;
    case "exponential":
      return distribution.meanMs;
    case "lognormal": {
      const sigma = Math.log(distribution.p99Ms / distribution.medianMs) / P99_DEVIATIONS;
      return distribution.medianMs * Math.exp(sigma ** 2 / 2);
    }
    case "mixed":
      return distribution.parts.reduce((sum, { share, of }) => sum + share * meanMs(of), 0);
  }
}

function mixedSampler(name: string, parts: readonly Part[]): Sampler {
  const samplers = parts.map(({ of }, index) => toSampler(`${name}.parts[${index}].of`, of));
  const upTo: number[] = [];
  let sum = 0;
  for (const [index, { share }] of parts.entries()) {
    checkNumber(`${name}.parts[${index}].share`, share, 0);
    sum += share;
    upTo.push(sum);
  }
  if (Math.abs(sum - 1) > 1e-9) {
    throw badOption(`${name}.parts`, `with shares of ${sum}`, "shares that add up to 1");
  }
  return (random) => {
    const drawn = random();
    const index = upTo.findIndex((edge) => drawn < edge);
    return samplers.at(index)!(random);
  };
}
