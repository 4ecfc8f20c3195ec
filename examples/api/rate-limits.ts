import {
  apiKeyTable,
  type RateLimitOptions,
  rateLimit,
  type ServiceKit,
  type Stage,
} from "@breakwater/service";
import type { Settings } from "./settings.ts";
import type { SharedStores } from "./shared-stores.ts";

export interface RateLimits {
  /** Of every call but health checks; by API key for who brings one. */
  readonly all: Stage | undefined;
  /** Of attempts to log in, so that nobody tries many passwords. */
  readonly login: Stage | undefined;
}

type Rules = Pick<RateLimitOptions, "anonymous" | "tiers" | "apiKeys">;

/** About 100 bytes each. */
const MAX_KEYS = 100_000;

/** Limits by address and key, shared by all instances if there is Redis. Throws ServiceError. */
export function rateLimits(
  settings: Settings,
  { log, metrics }: ServiceKit,
  shared: SharedStores | undefined,
): RateLimits {
  const { rateLimit: all, rateBurst: burst, rateTiers, loginRateLimit: login } = settings;
  const limited = { rate: 0, login: 0 };
  metrics.registerCounter({
    name: "rate_limited_total",
    help: "Requests that were refused because their client had sent too many, by limit.",
    read: () => Object.entries(limited).map(([limit, value]) => ({ labels: { limit }, value })),
  });
  const limit = (name: keyof typeof limited, rules: Rules): Stage =>
    rateLimit({
      ...rules,
      maxKeys: MAX_KEYS,
      ...(shared && { store: shared.rates(name) }),
      onOutage: ({ isDown, error: err }) => {
        if (isDown) log.logger.warn({ limit: name, err }, "Redis is down: counting in memory");
        else log.logger.info({ limit: name }, "Redis is up: counting there again");
      },
      onOutcome: (outcome) => {
        if (outcome === "limited") limited[name] += 1;
      },
    });
  const toRule = (rate: string): Rules["anonymous"] => {
    const period = periodOf(rate);
    return { ...period, burst: Math.min(burst, period.limit) };
  };
  const tiers = Object.fromEntries(
    Object.entries(rateTiers).map(([name, rate]) => [name, toRule(rate)]),
  );
  const apiKeys = apiKeyTable(settings.apiKeys);
  return {
    all: all === "off" ? undefined : limit("rate", { anonymous: toRule(all), tiers, apiKeys }),
    login: login === "off" ? undefined : limit("login", { anonymous: toRule(login) }),
  };
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000 };

/** "1000/min", as the settings have it. */
function periodOf(rate: string): { readonly limit: number; readonly periodMs: number } {
  const [limit = "", unit = ""] = rate.split("/");
  return { limit: Number(limit), periodMs: unitMs[unit] ?? Number.NaN };
}
