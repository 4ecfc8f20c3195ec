import type { SweepPoint, SweepResult } from "./result.ts";

/** What a sweep varies. */
export interface PointSettings {
  readonly partBytes: number;
  readonly concurrency: number;
}

export function pointName({ partBytes, concurrency }: PointSettings): string {
  return `${partSize(partBytes)} × ${concurrency}`;
}

/** In MiB, as part sizes are given to most tools. */
export function partSize(bytes: number): string {
  return `${Number((bytes / 2 ** 20).toFixed(2))} MiB`;
}

/** Half and double of each, one at a time. */
export function neighbours(
  { partBytes, concurrency }: PointSettings,
  {
    minPartBytes,
    maxConcurrency,
  }: { readonly minPartBytes: number; readonly maxConcurrency: number },
): readonly PointSettings[] {
  const all = [
    { partBytes: Math.ceil(partBytes / 2), concurrency },
    { partBytes: partBytes * 2, concurrency },
    { partBytes, concurrency: Math.floor(concurrency / 2) },
    { partBytes, concurrency: concurrency * 2 },
  ];
  return all.filter(
    (each) =>
      each.partBytes >= Math.min(minPartBytes, partBytes) &&
      each.partBytes <= MAX_PART_BYTES &&
      each.concurrency >= 1 &&
      each.concurrency <= maxConcurrency,
  );
}

export function toPoint({ settings, mbPerSecond, failed }: PointFigures): SweepPoint {
  const mean = mbPerSecond.reduce((all, each) => all + each, 0) / mbPerSecond.length;
  const range = Math.max(...mbPerSecond) - Math.min(...mbPerSecond);
  const { partBytes, concurrency } = settings;
  const spread = mean > 0 ? range / 2 / mean : 0;
  return { partBytes, concurrency, mbPerSecond, meanMbPerSecond: mean, failed, spread };
}

export interface PointFigures {
  readonly settings: PointSettings;
  readonly mbPerSecond: readonly number[];
  readonly failed: number;
}

/**
 * The cheapest point that the fastest does not clearly beat: fewest connections, then smallest
 * parts. "Clearly" is by more than the noise between repeats, and by 3 % at least.
 */
export function recommend(
  all: readonly SweepPoint[],
  direction: SweepResult["direction"],
): Pick<SweepResult, "best" | "recommendation"> {
  const sound = all.filter(({ failed }) => failed === 0);
  const points = sound.length > 0 ? sound : all;
  const fastest = points.toSorted((a, b) => b.meanMbPerSecond - a.meanMbPerSecond)[0]!;
  const spreads = points.map(({ spread }) => spread).toSorted((a, b) => a - b);
  const noise = Math.max(0.03, spreads[Math.floor(spreads.length / 2)]!);
  const best = points
    .filter(({ meanMbPerSecond }) => meanMbPerSecond >= fastest.meanMbPerSecond * (1 - noise))
    .toSorted((a, b) => a.concurrency - b.concurrency || a.partBytes - b.partBytes)[0]!;
  const figure = `${best.meanMbPerSecond.toFixed(1)} MB/s ± ${percent(best.spread)} over ${best.mbPerSecond.length} measurements`;
  const use = `${direction === "upload" ? "Upload parts" : "Download ranges"} of ${partSize(best.partBytes)}, ${best.concurrency} at a time: ${figure}`;
  return { best, recommendation: `${use}; ${certainty(points, { best, fastest, noise })}` };
}

function certainty(
  points: readonly SweepPoint[],
  { best, fastest, noise }: { best: SweepPoint; fastest: SweepPoint; noise: number },
): string {
  const level = `the noise between repeats is ${percent(noise)}`;
  if (noise > 0.2) return `unsure, for ${level}: measure again with a longer --point`;
  if (best !== fastest) {
    const more = fastest.meanMbPerSecond / best.meanMbPerSecond - 1;
    return `${pointName(fastest)} was ${percent(more)} faster, which is within the noise (${percent(noise)})`;
  }
  const next = points
    .filter((each) => each !== best)
    .toSorted((a, b) => b.meanMbPerSecond - a.meanMbPerSecond)[0];
  if (next === undefined) return "nothing else was measured";
  const behind = 1 - next.meanMbPerSecond / best.meanMbPerSecond;
  if (behind <= noise) return `${pointName(next)} gave as much, where ${level}`;
  return `the next, ${pointName(next)}, was ${percent(behind)} slower, where ${level}`;
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`;

/** What S3 takes as one part. */
const MAX_PART_BYTES = 5 * 2 ** 30;
