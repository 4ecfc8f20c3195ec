/** A line through samples: how much they rise by the minute, and how sure that is. */
export interface Slope {
  readonly perMinute: number;
  /** Of 95 %. */
  readonly low: number;
  readonly high: number;
}

export interface Sample {
  readonly seconds: number;
  readonly value: number;
}

const BLOCKS = 20;
/** Student's t at 97.5 % with 18 degrees of freedom. */
const T = 2.101;

/**
 * Least squares over the means of 20 blocks of samples. Neighbours are alike (the memory of a
 * process does not jump about), so an interval from the samples themselves would be far too narrow;
 * that from means of blocks is nearly honest. Undefined with fewer than 5 samples a block.
 */
export function slopeOf(samples: readonly Sample[]): Slope | undefined {
  const perBlock = Math.floor(samples.length / BLOCKS);
  if (perBlock < 5) return undefined;
  const blocks = Array.from({ length: BLOCKS }, (_, block) => {
    const own = samples.slice(block * perBlock, (block + 1) * perBlock);
    return {
      x: mean(own.map(({ seconds }) => seconds / 60)),
      y: mean(own.map(({ value }) => value)),
    };
  });
  const meanX = mean(blocks.map(({ x }) => x));
  const meanY = mean(blocks.map(({ y }) => y));
  const sumXx = sum(blocks.map(({ x }) => (x - meanX) ** 2));
  const perMinute = sum(blocks.map(({ x, y }) => (x - meanX) * (y - meanY))) / sumXx;
  const residuals = blocks.map(({ x, y }) => y - meanY - perMinute * (x - meanX));
  const error = Math.sqrt(sum(residuals.map((each) => each ** 2)) / (BLOCKS - 2) / sumXx);
  return { perMinute, low: perMinute - T * error, high: perMinute + T * error };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
