import { number } from "../algorithms/bounds.ts";

/** What is allowed: `limit` in each `periodMs`, evenly, and how many of them at once. */
export interface RateRule {
  readonly limit: number;
  readonly periodMs: number;
  /**
   * How many may come at once after a rest, at least 1. Whoever uses it gets so many less one above
   * the limit in that period, and the limit in each one after it.
   */
  readonly burst: number;
}

/** One decision. The names are those of the RateLimit headers. */
export interface RateResult {
  readonly admitted: boolean;
  /** The theoretical arrival time to keep: when all that was admitted will have been paid for. */
  readonly tatMs: number;
  readonly limit: number;
  /** How many more would be admitted right now. */
  readonly remaining: number;
  /** Until the whole burst is there again. */
  readonly resetMs: number;
  /** Until the next one is admitted; 0 when it was. */
  readonly retryAfterMs: number;
}

/**
 * The Generic Cell Rate Algorithm (ITU-T I.371, as virtual scheduling): all that is kept of a key
 * is one time, `tatMs`; a key that was never met has -Infinity. Pure, so a store elsewhere can do
 * the same in one step. A clock that jumps back costs a key no more than its burst.
 */
export function gcraStep(tatMs: number, nowMs: number, rule: RateRule): RateResult {
  const { limit, periodMs, burst } = rule;
  const eachMs = periodMs / limit;
  const depthMs = eachMs * burst;
  const paidMs = tatMs > nowMs ? Math.min(tatMs, nowMs + depthMs) : nowMs;
  const nextMs = paidMs + eachMs;
  // In doubles a sum of eachMs may miss a whole period by a hair.
  const slackMs = eachMs * 1e-6;
  const earlyMs = nextMs - depthMs - nowMs;
  const admitted = earlyMs <= slackMs;
  const keptMs = admitted ? nextMs : paidMs;
  const owedMs = keptMs - nowMs;
  return {
    admitted,
    tatMs: keptMs,
    limit,
    remaining: Math.max(0, Math.floor((depthMs - owedMs + slackMs) / eachMs)),
    resetMs: owedMs,
    retryAfterMs: admitted ? 0 : earlyMs,
  };
}

/** Throws bad_option for a rule that cannot be kept. */
export function parseRateRule(options: {
  readonly limit: number;
  readonly periodMs: number;
  readonly burst?: number | undefined;
}): RateRule {
  const limit = number("limit", options.limit, 1e-6, 1e9);
  const periodMs = number("periodMs", options.periodMs, 1, 1e11);
  return { limit, periodMs, burst: number("burst", options.burst ?? 2, 1, 1e9) };
}
