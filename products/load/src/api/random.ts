import type { VuContext } from "../vu/vu-context.ts";

/** Of VUs whose script has called randomSeed(): the others draw from the platform. */
const seeded = new WeakMap<VuContext, () => number>();

/** A VU's Math.random: the platform's, until its script has called randomSeed(). */
export function randomOf(vu: VuContext): () => number {
  return seeded.get(vu) ?? Math.random;
}

/** k6's randomSeed(): what the VU draws from here on is the same in every run. */
export function randomSeed(vu: VuContext, seed: unknown): void {
  seeded.set(vu, seededRandom(Number(seed)));
}

/**
 * Numbers from 0 to 1 that look drawn at random and depend on the seed alone, of which the integer
 * part counts (sfc32, 53 bits of two draws). Other numbers than k6's of the same seed, whose
 * generator is Go's.
 */
export function seededRandom(seed: number): () => number {
  const whole = Number.isFinite(seed) ? Math.trunc(seed) : 0;
  let [a, b, c, counter] = [0, whole | 0, Math.trunc(whole / 2 ** 32) | 0, 1];
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round += 1) next(); // until every bit depends on the seed
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}
