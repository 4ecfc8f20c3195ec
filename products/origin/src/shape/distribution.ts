import { parseDuration, UnitError } from "@breakwater/units";
import { ParameterError } from "../parameter.ts";
import type { Random } from "./random.ts";

/** Draws a delay in ms, from 0 to MAX_DELAY_MS. */
export type Distribution = (random: Random) => number;

/** An hour: what is drawn beyond is cut to it, and what is asked beyond is refused. */
export const MAX_DELAY_MS = 3_600_000;

/** The forms that parseDistribution() reads, and what each draws. */
export const distributionForms: readonly (readonly [form: string, summary: string])[] = [
  ["50", "always so long; ms without a unit, else as 50ms, 1.5s"],
  ["uniform(10,100)", "anything between the two alike"],
  ["normal(50,10)", "by mean and standard deviation"],
  ["lognormal(50,400)", "by median and 99th percentile: the long tail of most services"],
  ["exponential(50)", "by mean"],
  ["pareto(50,1.5)", "at least the first; a tail that is the heavier the smaller the second"],
  ["bimodal(50,500,0.1)", "the second in such a share of all cases, else the first"],
  ["percentiles(50:10,90:50,99:200)", "in straight lines from 0, or 0:…, to the last, or 100:…"],
];

/** Reads a delay such as "50", "1.5s" or "normal(50,10)". Throws a ParameterError. */
export function parseDistribution(text: string): Distribution {
  const [, form, inner = ""] = /^([a-z]+)\((.*)\)$/.exec(text) ?? [];
  const draw = form === undefined ? tryAlways(text) : tryDraw(form, inner.split(",").map(trimmed));
  if (draw === undefined) {
    const forms = distributionForms.map(([one]) => one).join(", ");
    throw new ParameterError(
      "delay",
      text,
      `one of ${forms}, with no time above ${MAX_DELAY_MS} ms`,
    );
  }
  // A normal draw may be below 0, and a heavy tail has no end.
  return (random) => Math.min(Math.max(draw(random), 0), MAX_DELAY_MS);
}

/** A time as in "50", "50ms" or "1.5s" to ms; NaN where it is none, or above MAX_DELAY_MS. */
export function tryMs(text: string): number {
  try {
    const ms = parseDuration(text);
    return ms <= MAX_DELAY_MS ? ms : Number.NaN;
  } catch (error) {
    if (error instanceof UnitError) return Number.NaN;
    throw error;
  }
}

function tryAlways(text: string): Distribution | undefined {
  const ms = tryMs(text);
  return Number.isNaN(ms) ? undefined : () => ms;
}

function tryDraw(form: string, parts: readonly string[]): Distribution | undefined {
  if (form === "percentiles") return tryPercentiles(parts);
  const make = makers.get(form);
  if (make === undefined || make.length !== parts.length) return undefined;
  return make(...(parts as [string, string, string]));
}

type Maker = (...parts: [string, string, string]) => Distribution | undefined;

const makers: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ["uniform", (from, to) => uniform(tryMs(from), tryMs(to))],
  ["normal", (mean, deviation) => normal(tryMs(mean), tryMs(deviation))],
  ["lognormal", (median, p99) => lognormal(tryMs(median), tryMs(p99))],
  ["exponential", (mean) => exponential(tryMs(mean))],
  ["pareto", (min, alpha) => pareto(tryMs(min), tryNumber(alpha))],
  ["bimodal", (usual, other, share) => bimodal(tryMs(usual), tryMs(other), tryNumber(share))],
]);

// Each of these is asked with NaN for what could not be read, which no comparison holds for.

function uniform(fromMs: number, toMs: number): Distribution | undefined {
  if (!(fromMs <= toMs)) return undefined;
  return (random) => fromMs + (toMs - fromMs) * random();
}

function normal(meanMs: number, deviationMs: number): Distribution | undefined {
  if (Number.isNaN(meanMs + deviationMs)) return undefined;
  return (random) => meanMs + deviationMs * standardNormal(random);
}

function lognormal(medianMs: number, p99Ms: number): Distribution | undefined {
  if (!(medianMs > 0 && p99Ms >= medianMs)) return undefined;
  const sigma = Math.log(p99Ms / medianMs) / Z99;
  return (random) => medianMs * Math.exp(sigma * standardNormal(random));
}

/** The 99th percentile of the standard normal distribution. */
const Z99 = 2.3263478740408408;

/** Box and Muller's; 1 - random() is never 0. */
function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function exponential(meanMs: number): Distribution | undefined {
  if (Number.isNaN(meanMs)) return undefined;
  return (random) => -meanMs * Math.log(1 - random());
}

function pareto(minMs: number, alpha: number): Distribution | undefined {
  if (!(minMs >= 0 && alpha > 0)) return undefined;
  return (random) => minMs * (1 - random()) ** (-1 / alpha);
}

function bimodal(usualMs: number, otherMs: number, share: number): Distribution | undefined {
  if (Number.isNaN(usualMs + otherMs) || !(share <= 1)) return undefined;
  return (random) => (random() < share ? otherMs : usualMs);
}

interface Point {
  readonly percent: number;
  readonly ms: number;
}

function tryPercentiles(parts: readonly string[]): Distribution | undefined {
  const points: Point[] = [];
  for (const part of parts) {
    const [percent = "", ms = "", ...more] = part.split(":").map(trimmed);
    const point = { percent: tryNumber(percent), ms: tryMs(ms) };
    const { percent: lastPercent, ms: lastMs } = points.at(-1) ?? { percent: -1, ms: 0 };
    const isRising = point.percent > lastPercent && point.ms >= lastMs;
    if (more.length > 0 || !isRising || point.percent > 100) return undefined;
    points.push(point);
  }
  return (random) => valueAt(points, random() * 100);
}

function valueAt(points: readonly Point[], percent: number): number {
  let below: Point = { percent: 0, ms: 0 };
  for (const above of points) {
    if (percent < above.percent) {
      const share = (percent - below.percent) / (above.percent - below.percent);
      return below.ms + (above.ms - below.ms) * share;
    }
    below = above;
  }
  return below.ms;
}

const trimmed = (text: string): string => text.trim();

/** NaN where it is none. */
function tryNumber(text: string): number {
  return /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
}
