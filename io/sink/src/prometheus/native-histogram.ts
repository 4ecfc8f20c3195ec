import type { Sketch } from "../series/sketch.ts";
import type { BucketSpan, NativeHistogram } from "./remote-write-messages.ts";

/**
 * The widest buckets that are no wider than a factor of 1.1, which k6 asks for: each is 2^(1/8)
 * (1.0905) times the one below, and bucket n ends at 2^(n/8).
 */
const SCHEMA = 3;
const BUCKETS_AN_OCTAVE = 8;

/** 2^-128, what Prometheus's own client takes: values as near to zero as that are zero. */
const ZERO_THRESHOLD: number = 2 ** -128;

/**
 * A Prometheus native histogram of the values times `scale`. A value that is within 0.2 % over a
 * bucket's end may be counted in that bucket.
 */
export function nativeHistogram(
  sketch: Sketch,
  { scale, timestamp }: { readonly scale: number; readonly timestamp: number },
): NativeHistogram {
  const positive = new Map<number, number>();
  const negative = new Map<number, number>();
  let zeroCountInt = 0;
  sketch.eachBucket((edge, count) => {
    const size = Math.abs(edge) * scale;
    if (size <= ZERO_THRESHOLD) {
      zeroCountInt += count;
      return;
    }
    const side = edge > 0 ? positive : negative;
    const index = Math.ceil(BUCKETS_AN_OCTAVE * Math.log2(size));
    side.set(index, (side.get(index) ?? 0) + count);
  });
  const { spans: positiveSpans, deltas: positiveDeltas } = toSpans(positive);
  const { spans: negativeSpans, deltas: negativeDeltas } = toSpans(negative);
  return {
    countInt: sketch.count,
    sum: sketch.sum * scale,
    schema: SCHEMA,
    zeroThreshold: ZERO_THRESHOLD,
    zeroCountInt,
    negativeSpans,
    negativeDeltas,
    positiveSpans,
    positiveDeltas,
    timestamp,
  };
}

/** Runs of neighbouring buckets, and each count as the difference to the one before. */
function toSpans(counts: ReadonlyMap<number, number>): {
  readonly spans: readonly BucketSpan[];
  readonly deltas: readonly number[];
} {
  const spans: { offset: number; length: number }[] = [];
  const deltas: number[] = [];
  let next: number | undefined;
  let before = 0;
  for (const [index, count] of [...counts].sort(([a], [b]) => a - b)) {
    const last = spans.at(-1);
    if (last !== undefined && index === next) last.length += 1;
    else spans.push({ offset: index - (next ?? 0), length: 1 });
    deltas.push(count - before);
    before = count;
    next = index + 1;
  }
  return { spans, deltas };
}
