import type { Segment } from "@breakwater/schedule";

/** From 0 to 1, as an exact fraction in lowest terms. */
interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** A part of the test: from where to where. */
export interface SegmentRange {
  readonly from: Fraction;
  readonly to: Fraction;
}

/** Cutting a test finer than this would only say that somebody mistyped. */
const MAX_PIECES = 100_000n;

/**
 * Reads k6's `executionSegment`: "1/4:1/2", or just its end ("25%", "0.2", "1/3"). undefined for
 * what is none: not from 0 to 1, or of no length.
 */
export function tryRange(text: string): SegmentRange | undefined {
  const parts = text.split(":");
  const from = parts.length === 2 ? tryFraction(parts[0]!) : zero;
  const to = parts.length > 2 ? undefined : tryFraction(parts.at(-1)! || "1");
  return from && to && isBelow(from, to) && !isBelow(one, to) ? { from, to } : undefined;
}

/** Reads k6's `executionSegmentSequence`: the points where the test is cut, "0,1/4,1/2,1". */
export function tryPoints(text: string): readonly Fraction[] | undefined {
  const points = text.split(",").map(tryFraction);
  if (points.length < 2) return undefined;
  const isRising = points.every((point, place) => {
    const before = place === 0 ? undefined : points[place - 1];
    return point && !isBelow(one, point) && (place === 0 || (before && isBelow(before, point)));
  });
  return isRising ? (points as readonly Fraction[]) : undefined;
}

export function showRange({ from, to }: SegmentRange): string {
  return `${showFraction(from)}:${showFraction(to)}`;
}

export function showPoints(points: readonly Fraction[]): string {
  return points.map(showFraction).join(",");
}

/**
 * The segment among all into which the test is cut: by the sequence, or else by this one alone.
 * Throws a RangeError in one sentence.
 */
export function toSegment(
  own: SegmentRange = { from: zero, to: one },
  sequence: readonly Fraction[] = [own.from, own.to],
): Segment {
  const points = [...sequence];
  if (isBelow(zero, points[0]!)) points.unshift(zero);
  if (isBelow(points.at(-1)!, one)) points.push(one);
  const unit = points.reduce((all, { bottom }) => (all / gcd(all, bottom)) * bottom, 1n);
  if (unit > MAX_PIECES) {
    throw new RangeError(`cuts the test into ${unit} pieces: give simpler fractions`);
  }
  const places = points.map(({ top, bottom }) => Number((top * unit) / bottom));
  const weights = places.slice(1).map((place, before) => place - places[before]!);
  const index = points.findIndex((point) => isSame(point, own.from));
  if (index === -1 || !isSame(points[index + 1] ?? zero, own.to)) {
    throw new RangeError(
      `${showRange(own)} is no part of the sequence ${showPoints(sequence)}: give one of its parts`,
    );
  }
  const common = weights.map(BigInt).reduce(gcd, 0n);
  return { weights: weights.map((weight) => weight / Number(common)), index };
}

const zero: Fraction = { top: 0n, bottom: 1n };
const one: Fraction = { top: 1n, bottom: 1n };

/** "25%", "0.25" or "1/4". */
function tryFraction(text: string): Fraction | undefined {
  const match = /^(\d{1,9})(?:\.(\d{1,9})|\/(\d{1,9})|(%))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, whole = "0", decimals = "", bottom, percent] = match;
  if (bottom !== undefined) return reduced(BigInt(whole), BigInt(bottom));
  if (percent !== undefined) return reduced(BigInt(whole), 100n);
  return reduced(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
}

function reduced(top: bigint, bottom: bigint): Fraction | undefined {
  if (bottom === 0n) return undefined;
  const common = gcd(top, bottom);
  return { top: top / common, bottom: bottom / common };
}

function showFraction({ top, bottom }: Fraction): string {
  return bottom === 1n ? String(top) : `${top}/${bottom}`;
}

function isBelow(a: Fraction, b: Fraction): boolean {
  return a.top * b.bottom < b.top * a.bottom;
}

function isSame(a: Fraction, b: Fraction): boolean {
  return a.top === b.top && a.bottom === b.bottom;
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}
