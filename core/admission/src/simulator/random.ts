import { checkCount } from "./checks.ts";

/** A number in [0, 1), as of Math.random. */
export type Random = () => number;

/**
 * The same numbers for the same seed, in every run. Streams of one seed have nothing to do with
 * each other, so that arrivals stay as they are while something else draws more or less. The
 * generator is sfc32 (Chris Doty-Humphrey, PractRand), two draws of which make 53 bits.
 */
export function seededRandom(seed: number, stream: number): Random {
  checkCount("seed", seed, 0);
  checkCount("stream", stream, 0);
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = stream | 0;
  let counter = 1;
  const next32 = (): number => {
    const drawn = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + drawn) | 0;
    return drawn >>> 0;
  };
  // Seeds that differ in one bit have parted ways after a dozen rounds.
  for (let round = 0; round < 20; round += 1) next32();
  return () => ((next32() >>> 5) * 2 ** 26 + (next32() >>> 6)) / 2 ** 53;
}

/** Exponential of mean 1. */
export function exponential(random: Random): number {
  return -Math.log(1 - random());
}

/** Normal of mean 0 and deviation 1 (Box and Muller 1958). */
export function normal(random: Random): number {
  return Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random());
}
