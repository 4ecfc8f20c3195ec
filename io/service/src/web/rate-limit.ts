import {
  gcra,
  parseRateRule,
  type RateLimit,
  type RateResult,
  type RateRule,
} from "@breakwater/admission";
import type { Call, CallHandler, Stage } from "../call.ts";
import { respondProblem } from "../problem.ts";
import { ServiceError } from "../service-error.ts";
import type { ApiKeyTable } from "./api-key-table.ts";
import { networkOf } from "./client-ip.ts";
import type { RateStore } from "./rate-store.ts";

/**
 * What came of counting a request: passed, refused, or not counted where it should have been
 * because the store was down ("uncounted" was let pass, "shut" was refused).
 */
export type RateOutcome = "admitted" | "limited" | "uncounted" | "shut";

export interface RateLimitOptions {
  /** For who brings no API key, by its address (IPv6: its /64). */
  readonly anonymous: RateRule;
  /** For who brings one, by the key's owner, as the key's tier says. */
  readonly tiers?: Readonly<Record<string, RateRule>>;
  /** X-API-Key to owners. A key that nobody has is as none. */
  readonly apiKeys?: ApiKeyTable;
  /** How many clients of each tier are known at once, in memory: about 100 bytes each. */
  readonly maxKeys: number;
  /** Counts for all instances together; left out, each counts what it sees, in memory. */
  readonly store?: RateStore;
  /** What to do while the store cannot be asked: count in memory, let all pass, or refuse all. */
  readonly whenDown?: "memory" | "allow" | "deny";
  /** Told once when the store cannot be asked any more, with the reason, and once when it can. */
  readonly onOutage?: (outage: { readonly isDown: boolean; readonly error?: unknown }) => void;
  /** For metrics: "anonymous" or the tier's name. */
  readonly onOutcome?: (outcome: RateOutcome, tier: string) => void;
}

/**
 * Refuses with 429 whoever asks too often, and tells everybody how much is left: RateLimit and
 * RateLimit-Policy as of draft-ietf-httpapi-ratelimit-headers-10. Critical routes are not counted.
 */
export function rateLimit(options: RateLimitOptions): Stage {
  const tiers = tiersOf(options);
  const { store } = options;
  const find = whoAsks(options, tiers);
  if (store !== undefined) return byStore({ ...options, store }, find);
  const { onOutcome } = options;
  return (next) => (call) => {
    if (call.route.isCritical) return next(call);
    const { tier, key } = find(call);
    const result = tier.local.take(key, call.startedMs);
    onOutcome?.(result.admitted ? "admitted" : "limited", tier.name);
    return proceed(call, { tier, result, next });
  };
}

interface Tier {
  readonly name: string;
  readonly rule: RateRule;
  readonly local: RateLimit;
  readonly policy: string;
}

interface Client {
  readonly tier: Tier;
  readonly key: string;
}

function tiersOf({ anonymous, tiers = {}, maxKeys }: RateLimitOptions): Map<string, Tier> {
  const all = [["anonymous", anonymous] as const, ...Object.entries(tiers)];
  return new Map(
    all.map(([name, options]) => {
      // RFC 9651, section 3.3.3: quotes would have to be escaped, so that none are allowed.
      if (!/^[\w.-]{1,64}$/.test(name)) {
        const hint = "use letters, digits, dots and hyphens";
        throw new ServiceError("bad_option", `Cannot call a tier "${name}": ${hint}`);
      }
      const rule = parseRateRule(options);
      // A new client takes the place of the one longest gone, so that a flood locks nobody out.
      const local = gcra({ ...rule, maxKeys, whenFull: "evict" });
      const quota = Math.max(1, Math.floor(rule.limit));
      const policy = `"${name}";q=${quota};w=${Math.ceil(rule.periodMs / 1000)}`;
      return [name, { name, rule, local, policy }];
    }),
  );
}

function whoAsks(
  { apiKeys }: RateLimitOptions,
  tiers: ReadonlyMap<string, Tier>,
): (call: Call) => Client {
  const anonymous = tiers.get("anonymous")!;
  return (call) => {
    const key = apiKeys === undefined ? undefined : call.request.header("x-api-key");
    const owner = key === undefined ? undefined : apiKeys?.(key);
    const tier = owner?.tier === undefined ? undefined : tiers.get(owner.tier);
    if (owner === undefined || tier === undefined) {
      return { tier: anonymous, key: networkOf(call.clientIp) };
    }
    return { tier, key: owner.owner };
  };
}

interface Verdict {
  readonly tier: Tier;
  readonly result: RateResult;
  readonly next: CallHandler;
}

function proceed(call: Call, { tier, result, next }: Verdict): void | Promise<void> {
  const { admitted, remaining, resetMs, retryAfterMs } = result;
  const left = `"${tier.name}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`;
  call.setFields([
    ["ratelimit-policy", tier.policy],
    ["ratelimit", left],
  ]);
  if (admitted) return next(call);
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  const { limit, periodMs } = tier.rule;
  return respondProblem(call, {
    status: 429,
    code: "rate_limit_exceeded",
    detail: `Cannot answer more than ${limit} requests in ${periodMs / 1000} s: wait ${seconds} s`,
    fields: [["retry-after", String(seconds)]],
  });
}

function byStore(
  options: RateLimitOptions & { readonly store: RateStore },
  find: (call: Call) => Client,
): Stage {
  const { store, onOutage, onOutcome } = options;
  let isDown = false;
  const heard = (error?: { readonly error: unknown }): void => {
    const wasDown = isDown;
    isDown = error !== undefined;
    if (isDown !== wasDown) onOutage?.({ isDown, ...error });
  };
  const instead = without(options);
  return (next) => async (call) => {
    if (call.route.isCritical) return next(call);
    const client = find(call);
    const { tier, key } = client;
    let result: RateResult;
    try {
      result = await store.take(`${tier.name}:${key}`, tier.rule);
    } catch (error) {
      heard({ error });
      return instead(call, client, next);
    }
    heard();
    onOutcome?.(result.admitted ? "admitted" : "limited", tier.name);
    return proceed(call, { tier, result, next });
  };
}

/** What is done while the store cannot be asked. */
function without({
  whenDown = "memory",
  onOutcome,
}: RateLimitOptions): (call: Call, client: Client, next: CallHandler) => void | Promise<void> {
  switch (whenDown) {
    case "memory":
      return (call, { tier, key }, next) => {
        const result = tier.local.take(key, call.startedMs);
        onOutcome?.(result.admitted ? "admitted" : "limited", tier.name);
        return proceed(call, { tier, result, next });
      };
    case "allow":
      return (call, { tier }, next) => {
        onOutcome?.("uncounted", tier.name);
        return next(call);
      };
    case "deny":
      return (call, { tier }) => {
        onOutcome?.("shut", tier.name);
        return respondProblem(call, {
          status: 503,
          code: "rate_limit_unavailable",
          detail: "Cannot count requests now, so none are answered: try again in a moment",
          fields: [["retry-after", "1"]],
        });
      };
  }
}
