/**
 * Whether throughput has settled, by full seconds. The idea is that of warp's automatic end: the
 * recent past must look like the present. Here: the mean of five seconds is taken at the end of
 * each of the last ten; all of these must lie within `tolerance` of their own mean. So nothing
 * ends before 15 s, single seconds may be noisy, and a slow rise or fall is seen.
 */
export function isStable(perSecond: readonly number[], tolerance: number): boolean {
  if (perSecond.length < SETTLED_SECONDS + MEAN_SECONDS) return false;
  const means = Array.from({ length: SETTLED_SECONDS + 1 }, (_, back) =>
    mean(perSecond.slice(perSecond.length - back - MEAN_SECONDS, perSecond.length - back)),
  );
  const middle = mean(means);
  return middle > 0 && means.every((each) => Math.abs(each - middle) <= tolerance * middle);
}

const MEAN_SECONDS = 5;
const SETTLED_SECONDS = 10;

const mean = (values: readonly number[]): number =>
  values.reduce((all, each) => all + each, 0) / values.length;
