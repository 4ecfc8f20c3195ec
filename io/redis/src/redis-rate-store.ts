import { createHash } from "node:crypto";
import type { RateResult, RateRule } from "@breakwater/admission";
import type { RateStore } from "@breakwater/service";
import type { Redis } from "./redis-connection.ts";
import { RedisError } from "./redis-error.ts";

export interface RedisRateStoreOptions {
  readonly redis: Redis;
  /** Before every key, so that services can share a server: "api:rate:". */
  readonly prefix: string;
}

/**
 * Rate limits that all instances of a service share. One script does what core's gcraStep() does,
 * by the server's clock; a key at rest is forgotten, so Redis has no more keys than are busy.
 */
export function redisRateStore({ redis, prefix }: RedisRateStoreOptions): RateStore {
  return {
    take: async (key, rule) => toResult(await take(redis, { key: `${prefix}${key}`, rule }), rule),
  };
}

interface Taking {
  readonly key: string;
  readonly rule: RateRule;
  /** Instead of the server's time: for tests. */
  readonly nowMs?: number;
}

/** The script's answer: admitted, tatMs, remaining, resetMs, retryAfterMs. */
export async function take(redis: Redis, { key, rule, nowMs }: Taking): Promise<unknown> {
  const { limit, periodMs, burst } = rule;
  const now = nowMs === undefined ? "" : String(nowMs);
  const args = ["1", key, String(limit), String(periodMs), String(burst), now];
  try {
    return await redis.send("EVALSHA", [digest, ...args]);
  } catch (error) {
    if (!(error instanceof RedisError && error.message.includes("NOSCRIPT"))) throw error;
    return redis.send("EVAL", [script, ...args]);
  }
}

export function toResult(answer: unknown, { limit }: RateRule): RateResult {
  const [admitted, tatMs, remaining, resetMs, retryAfterMs] = (answer as unknown[]).map(Number);
  return {
    admitted: admitted === 1,
    tatMs: tatMs!,
    limit,
    remaining: remaining!,
    resetMs: resetMs!,
    retryAfterMs: retryAfterMs!,
  };
}

/**
 * gcraStep() line by line, so that both decide alike: Lua's numbers are the same doubles. Times
 * count from 2023, for a double has too few digits for the microseconds since 1970.
 */
const script = `
local limit, periodMs, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local nowMs = tonumber(ARGV[4])
if not nowMs then
  local time = redis.call('TIME')
  nowMs = (tonumber(time[1]) - 1700000000) * 1000 + tonumber(time[2]) / 1000
end
local known = tonumber(redis.call('GET', KEYS[1]) or '-inf')
local eachMs = periodMs / limit
local depthMs = eachMs * burst
local paidMs = nowMs
if known > nowMs then paidMs = math.min(known, nowMs + depthMs) end
local nextMs = paidMs + eachMs
local slackMs = eachMs * 1e-6
local earlyMs = nextMs - depthMs - nowMs
local admitted = earlyMs <= slackMs
local keptMs = paidMs
if admitted then keptMs = nextMs end
local owedMs = keptMs - nowMs
local function text(value) return string.format('%.17g', value) end
if (admitted or keptMs ~= known) and owedMs > 0 then
  redis.call('SET', KEYS[1], text(keptMs), 'PX', text(math.ceil(owedMs)))
end
local remaining = math.max(0, math.floor((depthMs - owedMs + slackMs) / eachMs))
local retryMs = earlyMs
if admitted then retryMs = 0 end
return { admitted and 1 or 0, text(keptMs), text(remaining), text(owedMs), text(retryMs) }
`;

const digest = createHash("sha1").update(script).digest("hex");
